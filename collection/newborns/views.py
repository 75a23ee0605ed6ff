"""新生儿参保: who is not insured yet and how many days are left."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from collection.newborns.selectors import waiting
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from subsidies.campaigns.selectors import asked_region, campaign_or_404, regions_below


@roles(Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE)
def newborn_list(request: SignedIn) -> HttpResponse:
    """No identity numbers here: beside the last day, which tells the birth date, they would be whole."""
    campaign, region = campaign_or_404(request.user), asked_region(request)
    found = waiting(campaign=campaign, region=region.code)
    facts = {
        "title": "新生儿参保",
        "campaign": campaign,
        "region": region,
        "below": regions_below(request, region),
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "urgent": sum(one.is_urgent for one in found),
        "rule": campaign.policy.newborn,
    }
    return render(request, "collection/newborns/newborn_list.html", facts)
