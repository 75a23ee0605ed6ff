from django.urls import path

from subsidies.quotes import simulation_views, views

urlpatterns = [
    path("quote/", views.quote_page, name="quote"),
    path("quote/<int:pk>/", views.quote_resident, name="quote_resident"),
    path("campaigns/proposals/<int:pk>/cost/", simulation_views.proposal_cost, name="proposal_cost"),
]
