"""Today's list on a helper's phone."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.visits import today as todays
from collection.visits.forms import TapForm
from collection.visits.services import record_phones_shown
from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import flash_form_errors, try_step
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404, village_or_404


@roles(Role.VILLAGE)
def own_today(request: SignedIn) -> HttpResponse:
    """A helper's own list."""
    return redirect("today_list", request.user.region_id)


@roles(Role.VILLAGE, Role.TOWNSHIP)
def today_list(request: SignedIn, village: str) -> HttpResponse:
    """At most twenty households, each with its reason and what lapsing costs; telephones are shown, which is logged."""
    campaign, region = campaign_or_404(request.user), village_or_404(request.user, village)
    today = clock.today()
    found = todays.today_of(campaign=campaign, village=region, today=today)
    shown = [one for household in found.left for one in household.phones]
    record_phones_shown(campaign=campaign, residents=shown, place=str(region), actor=request.user)
    facts = {
        "title": "今日走访",
        "campaign": campaign,
        "region": region,
        "today": today,
        "found": found,
        "keys": [(household, uuid.uuid4()) for household in found.left],
        "taps": campaign.is_open,
    }
    return render(request, "collection/visits/today_list.html", facts)


@require_POST
@roles(Role.VILLAGE, Role.TOWNSHIP)
def today_tap(request: SignedIn, pk: int) -> HttpResponse:
    resident = get_object_or_404(Resident.objects.for_user(request.user), pk=pk)
    campaign, form = campaign_or_404(request.user), TapForm(request.POST)
    if flash_form_errors(request, form) and try_step(
        request,
        lambda: todays.tap(campaign=campaign, resident=resident, actor=request.user, **form.cleaned_data),
    ):
        messages.success(request, f"已记下 {resident.name} 一户。")
    return redirect("today_list", resident.village_id)
