from django.urls import path

from collection.money import views

urlpatterns = [
    path("money/", views.money_places, name="money_places"),
    path("money/<str:village>/", views.money_village, name="money_village"),
]
