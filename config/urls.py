from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("residents.urls")),
    path("", include("subsidies.urls")),
    path("", include("collection.urls")),
    path("", include("employees.urls")),
    path("", include("reporting.urls")),
    path("", include("demo.urls")),
    path("admin/", admin.site.urls),
]
