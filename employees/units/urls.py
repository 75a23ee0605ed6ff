from django.urls import path

from employees.units import views

urlpatterns = [
    path("employees/units/", views.unit_list, name="employee_units"),
    path("employees/units/new/", views.unit_new, name="employee_unit_new"),
    path("employees/units/<int:pk>/", views.unit_detail, name="employee_unit"),
    path("employees/units/<int:pk>/change/", views.unit_change, name="employee_unit_change"),
    path("employees/units/<int:pk>/end/", views.unit_end, name="employee_unit_end"),
]
