from django.urls import path

from collection.households import views

urlpatterns = [
    path("households/", views.own_households, name="own_households"),
    path("village/<str:village>/households/", views.households, name="households"),
    path("village/<str:village>/households/<int:pk>/", views.household_card, name="household_card"),
    path("village/<str:village>/households/single/<int:pk>/", views.resident_card, name="resident_card"),
]
