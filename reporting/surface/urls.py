from django.urls import path

from reporting.surface import views

urlpatterns = [
    path("leader/", views.leader_page, name="leader"),
    path("progress/", views.own_region, name="own_progress"),
    path("progress/<str:code>/", views.region_progress, name="progress"),
    path("progress/<str:code>/households/<int:pk>/", views.household_page, name="progress_household"),
]
