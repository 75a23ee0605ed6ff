from django.urls import path

from residents.statuses import views

urlpatterns = [
    path("residents/statuses/", views.status_list, name="status_list"),
    path("residents/statuses/<uuid:attachment>/", views.status_apply, name="status_apply"),
]
