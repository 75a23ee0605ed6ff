from django.urls import path

from core.jobs import views

urlpatterns = [
    path("jobs/<uuid:pk>/", views.job_progress, name="job_progress"),
]
