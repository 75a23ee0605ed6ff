from django.urls import path

from collection.cash import deposit_views, views

urlpatterns = [
    path("cash/", views.cash_board, name="cash_board"),
    path("cash/<str:village>/", views.village_cash, name="village_cash"),
    path("cash/<str:village>/deposit/", deposit_views.deposit_create, name="deposit_create"),
    path("deposits/", deposit_views.deposit_list, name="deposit_list"),
    path("deposits/<int:pk>/", deposit_views.deposit_detail, name="deposit_detail"),
    path("deposits/<int:pk>/verify/", deposit_views.deposit_verify, name="deposit_verify"),
    path("deposits/<int:pk>/reject/", deposit_views.deposit_reject, name="deposit_reject"),
]
