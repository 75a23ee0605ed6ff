from django.urls import include, path

urlpatterns = [
    path("", include("residents.people.urls")),
    path("", include("residents.register.urls")),
    path("", include("residents.counter.urls")),
    path("", include("residents.statuses.urls")),
    path("", include("residents.duplicates.urls")),
    path("", include("residents.transfers.urls")),
]
