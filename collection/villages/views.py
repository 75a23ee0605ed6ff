"""The village's page: task, paid, unpaid, cash in hand, and the three things a helper does."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from collection.cash.views import SEES_CASH
from collection.villages.selectors import village_context
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.drawn import drawn_while_unchanged
from subsidies.campaigns.selectors import campaign_or_404, village_or_404


@roles(Role.VILLAGE)
def own_village(request: SignedIn) -> HttpResponse:
    """A helper's own village."""
    return redirect("village", request.user.region_id)


@roles(*SEES_CASH)
def village(request: SignedIn, village: str) -> HttpResponse:
    """How the village stands: the page every helper opens, on a phone, many times a day."""
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)

    def draw() -> str:
        return render_to_string("collection/villages/village_figures.html", village_context(campaign, region), request)

    figures = drawn_while_unchanged(request, f"village:{campaign.pk}", draw)
    facts = {"title": region.name, "region": region, "campaign": campaign, "figures": figures}
    return render(request, "collection/villages/village.html", facts)
