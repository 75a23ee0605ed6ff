from django.urls import path

from residents.counter import views

urlpatterns = [
    path("residents/new/", views.resident_add, name="resident_add"),
    path("residents/new/number/", views.resident_number_check, name="resident_number_check"),
    path("residents/<int:pk>/change/", views.resident_change, name="resident_change"),
    path("residents/<int:pk>/change/number/", views.resident_change_number, name="resident_change_number"),
    path("residents/<int:pk>/change/status/", views.resident_status, name="resident_status"),
]
