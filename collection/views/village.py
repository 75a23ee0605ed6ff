"""The village's page: task, paid, unpaid, cash in hand, and the three things a helper does."""

from django.shortcuts import redirect, render

from collection.services.village import overview
from collection.views.cash import SEES_CASH, clock_context
from collection.views.regions import campaign_or_404, village_or_404
from residents.access import roles
from residents.models import Role


@roles(Role.VILLAGE)
def own_village(request):
    """A helper's own village."""
    return redirect("village", request.user.region_id)


@roles(*SEES_CASH)
def village(request, village):
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    return render(
        request,
        "collection/village.html",
        {"title": region.name, **village_context(campaign, region)},
    )


def village_context(campaign, region) -> dict:
    """What templates/collection/village_figures.html needs."""
    figures = overview(campaign=campaign, village=region.pk)
    return {"overview": figures, "region": region, "campaign": campaign, **clock_context(campaign, region)}
