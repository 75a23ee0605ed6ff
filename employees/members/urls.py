from django.urls import path

from employees.members import views

urlpatterns = [
    path("employees/flexible/", views.flexible_list, name="employee_flexible_list"),
    path("employees/flexible/new/", views.flexible_new, name="employee_flexible_new"),
    path("employees/flexible/<int:pk>/end/", views.flexible_end, name="employee_flexible_end"),
    path("employees/members/<int:pk>/", views.member_detail, name="employee_member"),
]
