"""资金去向: where the money stands on any day, down to receipts and slips."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from collection.money import selectors as balances
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.forms import chosen_day
from core.regions.models import Region
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

SEES_MONEY = (Role.COUNTY, Role.TOWNSHIP, Role.TAX, Role.LEADER, Role.VILLAGE)
SEES_NAMES = (Role.COUNTY, Role.TOWNSHIP, Role.TAX, Role.VILLAGE)


@roles(*SEES_MONEY)
def money_places(request: SignedIn) -> HttpResponse:
    """By township; with ?township=, that township's villages. A township team sees its villages at once."""
    campaign = campaign_or_404(request.user)
    form, on = chosen_day(request)
    region = request.user.scope_prefix
    chosen = request.GET.get("township", "")
    township = None
    if chosen:
        township = get_object_or_404(Region.objects.for_user(request.user), pk=chosen, level="township")
        region = township.pk
    total, townships = balances.balances(campaign=campaign, region=region, on=on)
    by_village = len(region) >= 9
    lines = [line for one in townships for line in one.villages] if by_village else townships
    return render(
        request,
        "collection/money/money_places.html",
        {
            "title": "资金去向",
            "campaign": campaign,
            "form": form,
            "on": on,
            "total": total,
            "lines": lines,
            "by_village": by_village,
            "township": township,
            "sees_names": request.user.role in SEES_NAMES,
        },
    )


@roles(*SEES_NAMES)
def money_village(request: SignedIn, village: str) -> HttpResponse:
    """One village's balances on a day and every movement up to it, with its receipt, slip or declaration."""
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    form, on = chosen_day(request)
    total, _ = balances.balances(campaign=campaign, region=region.pk, on=on)
    rows = balances.movements_of(campaign=campaign, village=region.pk, on=on)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "collection/money/money_village.html",
        {
            "title": f"{called(region.name)}资金流水",
            "campaign": campaign,
            "region": region,
            "form": form,
            "on": on,
            "total": total,
            "page": page,
        },
    )
