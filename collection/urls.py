from django.urls import include, path

urlpatterns = [
    path("", include("collection.villages.urls")),
    path("", include("collection.households.urls")),
    path("", include("collection.door.urls")),
    path("", include("collection.ledgers.urls")),
    path("", include("collection.messages.urls")),
    path("", include("collection.finance.urls")),
    path("", include("collection.cash.urls")),
    path("", include("collection.gifts.urls")),
    path("", include("collection.money.urls")),
    path("", include("collection.receipts.urls")),
    path("", include("collection.entitlements.urls")),
    path("", include("collection.declarations.urls")),
    path("", include("collection.self_payments.urls")),
    path("", include("collection.refunds.urls")),
    path("", include("collection.consequences.urls")),
    path("", include("collection.newborns.urls")),
    path("", include("collection.advice.urls")),
    path("", include("collection.notices.urls")),
    path("", include("collection.visits.urls")),
    path("", include("collection.closing.urls")),
]
