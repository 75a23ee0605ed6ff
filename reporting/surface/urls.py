from django.urls import path

from reporting.surface import views

urlpatterns = [
    path("progress/", views.own_region, name="own_progress"),
    path("progress/<str:code>/", views.region_progress, name="progress"),
]
