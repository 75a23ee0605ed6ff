from django.urls import path

from reporting.leavers import views

urlpatterns = [path("employees/leavers/", views.leaver_list, name="employee_leavers")]
