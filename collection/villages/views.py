"""The village's page: task, paid, unpaid, cash in hand, and the three things a helper does."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from collection.cash.views import SEES_CASH
from collection.villages.selectors import village_context
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from subsidies.campaigns.selectors import campaign_or_404, village_or_404


@roles(Role.VILLAGE)
def own_village(request: SignedIn) -> HttpResponse:
    """A helper's own village."""
    return redirect("village", request.user.region_id)


@roles(*SEES_CASH)
def village(request: SignedIn, village: str) -> HttpResponse:
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    return render(
        request,
        "collection/villages/village.html",
        {"title": region.name, **village_context(campaign, region)},
    )
