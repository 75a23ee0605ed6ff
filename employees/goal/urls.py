from django.urls import path

from employees.goal import views

urlpatterns = [
    path("employees/", views.goal_page, name="employee_goal"),
    path("employees/rolls/", views.roll_list, name="employee_roll_list"),
    path("employees/rolls/<int:pk>/", views.roll_detail, name="employee_roll"),
    path("employees/rolls/<int:pk>/download/", views.roll_download, name="employee_roll_download"),
]
