from django.urls import path

from employees.batches import views

urlpatterns = [
    path("employees/months/", views.month_files, name="employee_months"),
    path("employees/months/<int:pk>/", views.month_file, name="employee_month"),
    path("employees/months/<int:pk>/book/", views.month_book, name="employee_month_book"),
]
