from django.urls import path

from core.uploads import views

urlpatterns = [
    path("uploads/<str:kind>/template/", views.upload_template, name="upload_template"),
    path("uploads/<uuid:attachment>/marked/", views.upload_marked, name="upload_marked"),
]
