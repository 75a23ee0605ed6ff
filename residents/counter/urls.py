from django.urls import path

from residents.counter import correction_views as corrections
from residents.counter import views

urlpatterns = [
    path("residents/new/", views.resident_add, name="resident_add"),
    path("residents/new/number/", views.resident_number_check, name="resident_number_check"),
    path("residents/<int:pk>/change/", views.resident_change, name="resident_change"),
    path("residents/<int:pk>/change/number/", views.resident_change_number, name="resident_change_number"),
    path("residents/<int:pk>/change/status/", views.resident_status, name="resident_status"),
    path("residents/<int:pk>/corrections/", corrections.resident_corrections, name="resident_corrections"),
    path("residents/<int:pk>/corrections/birth/", corrections.resident_correct_birth, name="resident_correct_birth"),
    path("residents/<int:pk>/corrections/years/", corrections.resident_correct_years, name="resident_correct_years"),
    path("residents/<int:pk>/corrections/parents/", corrections.resident_set_parent, name="resident_set_parent"),
    path(
        "residents/<int:pk>/corrections/parents/<int:link>/",
        corrections.resident_withdraw_parent,
        name="resident_withdraw_parent",
    ),
    path(
        "residents/<int:pk>/corrections/statuses/<int:entry>/",
        corrections.resident_withdraw_status,
        name="resident_withdraw_status",
    ),
    path(
        "residents/<int:pk>/corrections/numbers/<int:former>/",
        corrections.resident_withdraw_number,
        name="resident_withdraw_number",
    ),
]
