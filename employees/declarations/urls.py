from django.urls import path

from employees.declarations import views

urlpatterns = [
    path("employees/units/<int:pk>/declare/", views.declare, name="employee_unit_declare"),
    path("employees/units/<int:pk>/form/", views.month_form, name="employee_unit_form"),
    path("employees/declarations/<int:pk>/", views.declaration_detail, name="employee_declaration"),
    path(
        "employees/declarations/<int:pk>/lines/<int:line_pk>/", views.line_mend, name="employee_declaration_line_mend"
    ),
    path("employees/declarations/<int:pk>/book/", views.declaration_book, name="employee_declaration_book"),
    path("employees/declarations/<int:pk>/withdraw/", views.declaration_withdraw, name="employee_declaration_withdraw"),
    path("employees/declarations/<int:pk>/errors/", views.declaration_errors, name="employee_declaration_errors"),
]
