from django.urls import path

from employees.reminders import views

urlpatterns = [path("employees/arrears/", views.employee_arrears, name="employee_arrears")]
