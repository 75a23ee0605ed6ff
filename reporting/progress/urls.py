from django.urls import path

from reporting.progress import views

urlpatterns = [
    path("progress/<str:code>/<str:which>/", views.region_people, name="progress_people"),
]
