from django.urls import path

from collection.schools import views

urlpatterns = [
    path("schools/", views.school_list, name="school_list"),
    path("schools/progress.xlsx", views.school_progress_file, name="school_progress_file"),
    path("schools/new/", views.school_create, name="school_create"),
    path("schools/lists/", views.class_list_upload, name="class_list_upload"),
    path("schools/lists/<int:pk>/", views.class_list, name="class_list"),
    path("schools/<int:pk>/", views.school_detail, name="school"),
    path("schools/<int:pk>/pupils/", views.school_pupils, name="school_pupils"),
    path("schools/pupils/<int:pk>/leave/", views.pupil_leave, name="pupil_leave"),
    path("schools/pupils/<int:pk>/elsewhere/", views.pupil_elsewhere, name="pupil_elsewhere"),
]
