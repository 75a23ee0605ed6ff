from django.urls import path

from collection.accident import views

urlpatterns = [
    path("accident/", views.accident_covers, name="accident_covers"),
    path("accident/upload/", views.accident_upload, name="accident_upload"),
    path("accident/lists/<int:pk>/", views.accident_list, name="accident_list"),
    path("accident/<int:pk>/end/", views.accident_end, name="accident_end"),
]
