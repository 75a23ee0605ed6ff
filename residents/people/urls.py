from django.urls import path

from residents.people import probe_views, views

urlpatterns = [
    path("residents/", views.resident_list, name="resident_list"),
    path("residents/<int:pk>/", views.resident_story, name="resident_story"),
    path("residents/<int:pk>/number/", views.resident_number, name="resident_number"),
    path("residents/probes/", probe_views.probe_list, name="probe_list"),
]
