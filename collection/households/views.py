"""The village as households: one list to find a door in, and one page a household."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string

from collection.door.device_views import TAKES
from collection.door.selectors import last_contact
from collection.households import selectors
from collection.households.kept import village_list
from collection.households.selectors import LAST_YEAR, NEWBORN, PROMISED, SPECIAL
from collection.ledgers.files import record_phones_seen
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.pieces import page_of_pieces
from core.regions.names import called
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

SEES = (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY)
#: What stands beside a person, by the mark.
TAGS = ((SPECIAL, "特殊群体"), (NEWBORN, "新生儿"), (LAST_YEAR, "上年已参保"), (PROMISED, "约定今天缴"))


@roles(Role.VILLAGE)
def own_households(request: SignedIn) -> HttpResponse:
    """A helper's own village."""
    return redirect("households", request.user.region_id)


@roles(*SEES)
def households(request: SignedIn, village: str) -> HttpResponse:
    """Every household of a village, found while typing (static/households.js). Telephones: it leaves an event."""
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    page = village_list(campaign=campaign, village=region)
    record_phones_seen(village=region, people=page.people, actor=request.user, what="各户名单")
    keeps = request.user.role == Role.VILLAGE
    facts = {
        "title": f"{called(region.name)}各户",
        "region": region,
        "campaign": campaign,
        "page": page,
        "takes": request.user.role in TAKES,
        "keeps": keeps,
        "last_contact": last_contact(user=request.user) if keeps else None,
    }
    html = render_to_string("collection/households/households.html", facts, request)
    return page_of_pieces(request, html, page.pieces)


@roles(*SEES)
def household_card(request: SignedIn, village: str, pk: int) -> HttpResponse:
    """One household: what each owes and why, whom to call, and where its money stands."""
    return _card(request, village, household__pk=pk)


@roles(*SEES)
def resident_card(request: SignedIn, village: str, pk: int) -> HttpResponse:
    """The same of somebody who belongs to no household; who has come into one is shown there."""
    resident = get_object_or_404(Resident.objects.for_user(request.user), pk=pk, village=village)
    if resident.household_id:
        return redirect("household_card", village, resident.household_id)
    return _card(request, village, pk=pk)


def _card(request: SignedIn, village: str, **whose: Any) -> HttpResponse:
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    card = selectors.home_card(campaign=campaign, village=region, **whose)
    if card is None:
        raise Http404("本村没有这一户，可能已经迁走或者合并。")
    record_phones_seen(village=region, people=len(card.members), actor=request.user, what=f"{card.home.head}户")
    members = [(member, [tag for mark, tag in TAGS if member.marks & mark]) for member in card.members]
    facts = {"title": f"{card.home.head}户", "region": region, "campaign": campaign, "card": card, "members": members}
    return render(request, "collection/households/household.html", facts)
