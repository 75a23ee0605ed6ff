from django.urls import path

from core.metrics import views

urlpatterns = [
    path("metrics", views.metrics, name="metrics"),
]
