from django.urls import path

from collection.door import device_views, handover_views, views

urlpatterns = [
    path("village/<str:village>/door/", device_views.door_take, name="door_take"),
    path("village/<str:village>/door/phone/", device_views.door_register, name="door_register"),
    path("door/up/", device_views.door_upload, name="door_upload"),
    path("door/", device_views.door_shell, name="door_shell"),
    path("sw.js", device_views.door_worker, name="door_worker"),
    path("manifest.webmanifest", device_views.door_manifest, name="door_manifest"),
    path("door/cases/", views.door_cases, name="door_cases"),
    path("door/cases/<int:pk>/", views.door_case, name="door_case"),
    path("door/phones/", views.door_phones, name="door_phones"),
    path("door/phones/<int:pk>/", views.door_phone, name="door_phone"),
    path("door/handovers/", handover_views.handovers, name="handovers"),
    path("door/handovers/<int:pk>/", handover_views.handover, name="handover"),
]
