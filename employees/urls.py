from django.urls import include, path

urlpatterns = [
    path("", include("employees.goal.urls")),
    path("", include("employees.units.urls")),
    path("", include("employees.declarations.urls")),
    path("", include("employees.batches.urls")),
    path("", include("employees.reminders.urls")),
    path("", include("employees.members.urls")),
    path("", include("employees.payments.urls")),
]
