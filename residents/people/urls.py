from django.urls import path

from residents.people import views

urlpatterns = [
    path("residents/", views.resident_list, name="resident_list"),
    path("residents/<int:pk>/", views.resident_story, name="resident_story"),
    path("residents/<int:pk>/number/", views.resident_number, name="resident_number"),
]
