from django.urls import path

from reporting.reports import views

urlpatterns = [
    path("reports/", views.report_overview, name="report_overview"),
    path("reports/write/", views.report_write, name="report_write"),
]
