from django.urls import path

from core.filters import views

urlpatterns = [
    path("filters/save/", views.filter_save, name="filter_save"),
    path("filters/<int:pk>/drop/", views.filter_drop, name="filter_drop"),
]
