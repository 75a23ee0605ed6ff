from django.urls import path

from collection.gifts import views

urlpatterns = [
    path("gifts/", views.gift_list, name="gift_list"),
    path("gifts/new/", views.gift_create, name="gift_create"),
    path("gifts/<int:pk>/", views.gift_detail, name="gift"),
    path("gifts/<int:pk>/spend/", views.gift_spend, name="gift_spend"),
    path("gifts/<int:pk>/cancel/", views.gift_cancel, name="gift_cancel"),
    path("gifts/shares/<int:pk>/remove/", views.gift_share_remove, name="gift_share_remove"),
]
