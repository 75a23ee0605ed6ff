from django.urls import path

from subsidies.views import policies, quotes, rosters

urlpatterns = [
    path("rosters/", rosters.roster_list, name="roster_list"),
    path("rosters/upload/", rosters.roster_upload, name="roster_upload"),
    path("rosters/<int:pk>/", rosters.roster_detail, name="roster"),
    path("rosters/<int:pk>/recheck/", rosters.roster_recheck, name="roster_recheck"),
    path("rosters/rows/<int:pk>/accept/", rosters.roster_accept_row, name="roster_accept_row"),
    path("rosters/mark/<int:pk>/", rosters.mark_resident, name="mark_resident"),
    path("quote/", quotes.quote_page, name="quote"),
    path("quote/<int:pk>/", quotes.quote_resident, name="quote_resident"),
    path("policy/", policies.policy_page, name="policy"),
    path("policy/<int:pk>/adopt/", policies.policy_adopt, name="policy_adopt"),
]
