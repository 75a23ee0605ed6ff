from django.urls import include, path

urlpatterns = [
    path("", include("core.filters.urls")),
    path("", include("core.finding.urls")),
    path("", include("core.pages.urls")),
    path("", include("core.accounts.urls")),
    path("", include("core.exports.urls")),
    path("", include("core.messages.urls")),
    path("", include("core.files.urls")),
    path("", include("core.uploads.urls")),
    path("", include("core.jobs.urls")),
    path("", include("core.audit.urls")),
    path("", include("core.help.urls")),
    path("", include("core.metrics.urls")),
]
