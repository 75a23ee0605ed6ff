from django.urls import include, path

urlpatterns = [
    path("", include("subsidies.rosters.urls")),
    path("", include("subsidies.quotes.urls")),
    path("", include("subsidies.claims.urls")),
    path("", include("subsidies.campaigns.urls")),
    path("", include("subsidies.openings.urls")),
]
