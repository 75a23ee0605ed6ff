from django.urls import path

from reporting.leavers import double_views, views

urlpatterns = [
    path("employees/leavers/", views.leaver_list, name="employee_leavers"),
    path("employees/doubles/", double_views.double_list, name="employee_doubles"),
    path("employees/doubles/<int:pk>/settle/", double_views.double_settle, name="employee_double_settle"),
]
