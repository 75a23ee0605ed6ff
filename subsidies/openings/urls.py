from django.urls import path

from subsidies.openings import county_views, duty_views, task_views, views, village_views

_ONE = "campaigns/proposals/<int:pk>"
urlpatterns = [
    path(f"{_ONE}/confirm/", views.proposal_confirm, name="proposal_confirm"),
    path(f"{_ONE}/villages/", village_views.proposal_villages, name="proposal_villages"),
    path(f"{_ONE}/villages/template/", village_views.proposal_villages_template, name="proposal_villages_template"),
    path(
        f"{_ONE}/villages/<uuid:attachment>/", village_views.proposal_villages_confirm, name="proposal_villages_confirm"
    ),
    path(f"{_ONE}/villages/people/", village_views.proposal_split, name="proposal_split"),
    path(f"{_ONE}/tasks/", task_views.proposal_tasks, name="proposal_tasks"),
    path(f"{_ONE}/tasks/propose/", task_views.proposal_tasks_propose, name="proposal_tasks_propose"),
    path(f"{_ONE}/tasks/template/", task_views.proposal_tasks_template, name="proposal_tasks_template"),
    path(f"{_ONE}/tasks/<str:code>/", task_views.proposal_tasks_township, name="proposal_tasks_township"),
    path(f"{_ONE}/staff/", views.proposal_staff, name="proposal_staff"),
    path(f"{_ONE}/duties/", duty_views.proposal_duties, name="proposal_duties"),
    path(f"{_ONE}/duties/propose/", duty_views.proposal_duties_propose, name="proposal_duties_propose"),
    path(f"{_ONE}/duties/<int:duty>/", duty_views.proposal_duty, name="proposal_duty"),
    path("campaigns/counties/", county_views.new_counties, name="new_counties"),
    path("campaigns/counties/<int:pk>/", county_views.new_county_decide, name="new_county_decide"),
    path("department-duties/", duty_views.department_duties, name="department_duties"),
    path("department-duties/<int:pk>/finish/", duty_views.department_duty_finish, name="department_duty_finish"),
    path("department-duties/<int:pk>/extend/", duty_views.department_duty_extend, name="department_duty_extend"),
    path("department-duties/<int:pk>/end/", duty_views.department_duty_end, name="department_duty_end"),
]
