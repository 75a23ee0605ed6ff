from django.urls import include, path

urlpatterns = [
    path("", include("reporting.progress.urls")),
    path("", include("reporting.surface.urls")),
    path("", include("reporting.targets.urls")),
    path("", include("reporting.comparison.urls")),
    path("", include("reporting.rankings.urls")),
    path("", include("reporting.bulletins.urls")),
    path("", include("reporting.reports.urls")),
    path("", include("reporting.supervision.urls")),
    path("", include("reporting.leavers.urls")),
]
