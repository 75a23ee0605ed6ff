from django.urls import path

from reporting.progress import views

urlpatterns = [
    path("progress/", views.own_region, name="own_progress"),
    path("progress/<str:code>/", views.region_progress, name="progress"),
    path("progress/<str:code>/<str:which>/", views.region_people, name="progress_people"),
]
