from django.urls import path

from employees.payments import views

urlpatterns = [
    path("employees/paid/", views.paid_lists, name="employee_paid_lists"),
    path("employees/paid/<int:pk>/", views.paid_detail, name="employee_paid"),
    path("employees/payments/<int:pk>/reverse/", views.payment_reverse, name="employee_payment_reverse"),
]
