from django.urls import path

from collection.self_payments import views

urlpatterns = [
    path("self-payments/", views.self_payment_list, name="self_payment_list"),
    path("self-payments/lists/", views.paid_list_upload, name="paid_list_upload"),
    path("self-payments/lists/<int:pk>/", views.paid_list, name="paid_list"),
    path("self-payments/<int:pk>/", views.self_payment_settle, name="self_payment_settle"),
]
