"""未参保动员台账: rolled up, by name, and one household at a time."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from collection.visits import ledger, selectors
from collection.visits import services as visits
from collection.visits.figures import by_cause, figures_by_village, roll_up, total_of
from collection.visits.forms import VisitForm
from collection.visits.models import Cause
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form
from core.text import whole_number
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import asked_region, campaign_or_404, regions_below
from subsidies.rosters.models import Identity

#: Who goes to people, and who looks after those who do.
WORKS_ON = (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY)
PEOPLE_A_PAGE = 50


@roles(*WORKS_ON)
def visit_ledger(request: SignedIn) -> HttpResponse:
    """How far a region is with the people who are not insured: by the regions under it, and by cause."""
    campaign, region, today = campaign_or_404(request.user), asked_region(request), clock.today()
    by_village = figures_by_village(campaign=campaign, region=region.code, today=today)
    total = total_of(by_village)
    rows = roll_up(by_village, regions_below(request, region))
    facts = {
        "title": "未参保动员台账",
        "campaign": campaign,
        "region": region,
        "total": total,
        "rows": [(one, figures) for one, figures in rows if figures.unpaid],
        "causes": by_cause(campaign.county_id, total),
        "quiet_note": f"超过 {selectors.terms_of(campaign.county_id).quiet_days} 天没有再联系",
        "today": today,
    }
    return render(request, "collection/visits/visit_ledger.html", facts)


@roles(*WORKS_ON)
def visit_people(request: SignedIn) -> HttpResponseBase:
    """The people behind a figure of the ledger; exported it is the ledger itself."""
    campaign, region = campaign_or_404(request.user), asked_region(request)
    standing = request.GET.get("standing", "all")
    standing = standing if standing in selectors.STANDINGS else "all"
    cause = whole_number(request.GET.get("cause")) or 0
    rows = selectors.people(campaign=campaign, region=region.code, today=clock.today(), standing=standing, cause=cause)
    if request.GET.get("export"):
        return ledger.workbook(campaign=campaign, region=region, standing=standing, rows=rows, actor=request.user)
    page = Paginator(rows, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    facts = {
        "title": "未参保人员",
        "campaign": campaign,
        "region": region,
        "page": page,
        "lines": ledger.lines(campaign=campaign, residents=page),
        "standing": standing,
        "standings": selectors.STANDINGS.items(),
        "cause": cause,
        "causes": Cause.objects.filter(county=campaign.county_id),
        "below": regions_below(request, region),
        "today": clock.today(),
    }
    return render(request, "collection/visits/visit_people.html", facts)


@roles(*WORKS_ON, Role.DEPARTMENT)
def visit_record(request: SignedIn, pk: int) -> HttpResponse:
    """Recording an attempt with somebody, and with whoever of the household it was made; what was tried before."""
    campaign = campaign_or_404(request.user)
    resident = get_object_or_404(_visible(request.user, campaign), pk=pk)
    members = _members(campaign, resident)
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        residents=members,
        causes=selectors.causes_of(campaign.county_id),
        chosen=resident.pk,
    )
    if request.method == "POST" and run_form(form, lambda: _record(campaign, form, request.user)):
        names = "、".join(one.name for one in form.chosen_residents())
        messages.success(request, f"已登记：{names}。")
        return redirect("visit_record", resident.pk)
    visits.record_phones_shown(campaign=campaign, residents=members, place=str(resident.village), actor=request.user)
    ids = [one.pk for one in members] or [resident.pk]
    facts = {
        "title": f"{resident.name}一户" if len(members) > 1 else resident.name,
        "campaign": campaign,
        "resident": resident,
        "members": ledger.lines(campaign=campaign, residents=members),
        "form": form,
        "history": selectors.visits_of(campaign=campaign, residents=ids)[:50],
        "today": clock.today(),
    }
    return render(request, "collection/visits/visit_record.html", facts, status=form_status(form))


def _visible(user: User, campaign: Campaign) -> Any:
    """The residents of the user's region; a department sees those it recognised."""
    rows = Resident.objects.for_user(user).select_related("village__parent", "household")
    if user.role != Role.DEPARTMENT:
        return rows
    kinds = [one.name for one in campaign.policy.recognised if one.department == user.department]
    marked = Identity.objects.filter(kind__in=kinds, ended_on__isnull=True, withdrawn_at__isnull=True)
    return rows.filter(pk__in=marked.values("resident"))


def _members(campaign: Campaign, resident: Resident) -> list[Resident]:
    """Who of the household is not insured yet, the person asked for first."""
    rows = selectors.unpaid(campaign, resident.village_id).select_related("household", "village__parent")
    rows = rows.filter(household=resident.household_id) if resident.household_id else rows.filter(pk=resident.pk)
    return sorted(rows, key=lambda one: (one.pk != resident.pk, one.pk))


def _record(campaign: Campaign, form: VisitForm, user: User) -> None:
    said = form.cleaned_data
    attempt = visits.Attempt(
        way=said["way"],
        result=said["result"],
        cause=said["cause"],
        note=said["note"],
        look_again_on=said["look_again_on"],
        told_paid_on=said["told_paid_on"],
        since=said["since"],
        file=said["file"],
    )
    visits.record_visit(
        campaign=campaign, residents=form.chosen_residents(), attempt=attempt, key=said["key"], actor=user
    )
