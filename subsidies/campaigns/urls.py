from django.urls import path

from subsidies.campaigns import policy_views, proposal_views

urlpatterns = [
    path("policy/", policy_views.policy_page, name="policy"),
    path("policy/<int:pk>/adopt/", policy_views.policy_adopt, name="policy_adopt"),
    path("campaigns/", proposal_views.campaign_list, name="campaign_list"),
    path("campaigns/<int:pk>/amend/", proposal_views.campaign_amend, name="campaign_amend"),
    path("campaigns/proposals/<int:pk>/", proposal_views.proposal_page, name="proposal"),
    path("campaigns/proposals/<int:pk>/category/", proposal_views.proposal_category, name="proposal_category"),
    path("campaigns/proposals/<int:pk>/standard/", proposal_views.proposal_standard, name="proposal_standard"),
    path("campaigns/proposals/<int:pk>/decide/", proposal_views.proposal_decide, name="proposal_decide"),
    path("campaigns/proposals/<int:pk>/replace/", proposal_views.proposal_replace, name="proposal_replace"),
    path("campaigns/proposals/<int:pk>/apply/", proposal_views.proposal_apply, name="proposal_apply"),
    path("campaigns/proposals/<int:pk>/drop/", proposal_views.proposal_drop, name="proposal_drop"),
]
