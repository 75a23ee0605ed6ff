"""Progress on one surface: county → township → village → household; every row leads down, and back."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string

from collection.cash.views import SEES_CASH
from collection.households.views import SEES as SEES_CARDS
from collection.spot_checks.selectors import result_of
from core.access.roles import BUSINESS, Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.drawn import drawn_once
from core.regions.models import Region
from core.regions.names import called
from reporting.progress import selectors
from reporting.progress.views import SEES_NAMES
from reporting.surface import households
from reporting.surface.employees import employees_goal
from reporting.surface.selectors import OF_VILLAGES, RISKS, SORTS, last_year_curve, surface
from reporting.surface.weeks import heat_table, week_chart, weeks_of
from residents.people.models import Household
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import campaign_or_404, current, village_or_404

ROWS_A_PAGE, HOUSEHOLDS_A_PAGE = 100, 60


@roles(*BUSINESS)
def own_region(request: SignedIn) -> HttpResponse:
    """Lead to the user's own region; without one there is nothing to show."""
    if not request.user.scope_prefix:
        return _nothing(request, "您的账号没有区划，看不到进度。")
    return redirect("progress", code=request.user.scope_prefix)


@roles(Role.LEADER, Role.COUNTY, Role.TOWNSHIP)
def leader_page(request: SignedIn) -> HttpResponse:
    """The surface of the reader's own region, at the address that leaders know."""
    if not request.user.scope_prefix:
        return _nothing(request, "您的账号没有区划，看不到进度。")
    return _region_page(request, request.user.scope_prefix)


@roles(*BUSINESS)
def region_progress(request: SignedIn, code: str) -> HttpResponse:
    """Show a region: the published and the present figure, the outlook, and what stands under it, worst first."""
    return _region_page(request, code)


def _region_page(request: SignedIn, code: str) -> HttpResponse:
    region = _region_or_404(request.user, code)
    campaign = current(request.user)
    if campaign is None:
        return _nothing(request, f"本{request.user.county_word}还没有开始征缴。")
    body = drawn_once(request, f"surface:{campaign.pk}", lambda: _body(request, campaign, region))
    context = {
        "title": f"{called(region.name)}征缴进度",
        "campaign": campaign,
        "region": region,
        "above": _above(region, request.user),
        "below": region.level != Region.Level.VILLAGE,
        "risk": RISKS[request.GET["risk"]][0] if request.GET.get("risk") in RISKS else "",
        "sees_cash": request.user.role in SEES_CASH,
        "body": body,
    }
    return render(request, "reporting/surface/surface.html", context)


def _region_or_404(user: User, code: str) -> Region:
    own = user.region
    if own and own.pk == code == user.scope_prefix:
        return own  # it came with the account
    return get_object_or_404(Region.objects.for_user(user).select_related("parent__parent"), pk=code)


def _body(request: SignedIn, campaign: Campaign, region: Region) -> str:
    user, risk = request.user, request.GET.get("risk", "")
    by_village = risk in OF_VILLAGES
    progress = selectors.progress(campaign=campaign, region=region, by_village=by_village)
    sort = request.GET.get("sort") or ("late" if risk == "late" else "worst")
    found = surface(user=user, campaign=campaign, region=region, progress=progress, sort=sort, risk=risk)
    last_year, weeks = last_year_curve(campaign), weeks_of(campaign, region, progress)
    context = {
        "region": region,
        "found": progress,
        "surface": found,
        "spot_check": result_of(campaign=campaign, region=region.pk),
        "page_obj": Paginator(found.rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "sorts": SORTS.items(),
        "names": user.role in SEES_NAMES,
        "sees_cash": user.role in SEES_CASH,
        "below": {"county": "村" if by_village else "乡镇", "township": "村"}.get(region.level),
        "by_village": by_village and region.level == Region.Level.COUNTY,
        "heat": heat_table(weeks, progress) if not risk else None,
        "chart": week_chart(weeks, campaign, region, last_year) if not risk else "",
        "employees": employees_goal(campaign, region, found) if not risk else None,
    }
    if region.level == Region.Level.VILLAGE:
        context |= _households(request, campaign, region)
    return render_to_string("reporting/surface/_body.html", context, request=request)


def _households(request: SignedIn, campaign: Campaign, village: Region) -> dict[str, object]:
    sort = request.GET.get("sort", "worst")
    rows = households.household_rows(campaign=campaign, village=village, sort=sort)
    return {
        "page_obj": Paginator(rows, HOUSEHOLDS_A_PAGE).get_page(request.GET.get("page")),
        "cards": request.user.role in SEES_CARDS,
        "settled": sum(not row.unpaid for row in rows),
        "household_sorts": households.SORTS.items(),
        "household_sort": sort if sort in households.SORTS else "worst",
    }


@roles(*BUSINESS)
def household_page(request: SignedIn, code: str, pk: int) -> HttpResponse:
    """One household: what each member has paid or owes; by number alone for those who do not work with people one by
    one. Who goes from door to door has a card for it."""
    village = village_or_404(request.user, code)
    campaign = campaign_or_404(request.user)
    household = get_object_or_404(Household, pk=pk, village=village) if pk else None
    if household and request.user.role in SEES_CARDS:
        return redirect("household_card", village.code, household.pk)
    found = households.members(campaign=campaign, village=village, household=household)
    context = {
        "title": f"{household.number}户" if household else "未分户的人员",
        "campaign": campaign,
        "region": village,
        "household": household,
        "above": [*_above(village, request.user), village],
        "members": found,
        "paid": [one for one in found if one.row],
        "due": sum(one.due for one in found if not one.row and one.due is not None),
        "amount": sum(one.row.amount for one in found if one.row),
        "names": request.user.role in SEES_NAMES,
    }
    return render(request, "reporting/surface/household.html", context)


def _nothing(request: SignedIn, text: str) -> HttpResponse:
    return render(request, "reporting/rankings/nothing.html", {"title": "征缴进度", "text": text})


def _above(region: Region, user: User) -> list[Region]:
    """Return the regions above this one that the user may open, the highest first."""
    above: list[Region] = []
    while region.parent_id and region.parent_id.startswith(user.scope_prefix) and region.parent:
        region = region.parent
        above.insert(0, region)
    return above
