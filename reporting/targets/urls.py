from django.urls import path

from reporting.targets import views

urlpatterns = [
    path("targets/upload/", views.targets_upload, name="targets_upload"),
    path("targets/upload/<uuid:attachment>/", views.targets_confirm, name="targets_confirm"),
    path("targets/template/", views.targets_template, name="targets_template"),
    path("targets/<str:code>/", views.targets, name="targets"),
]
