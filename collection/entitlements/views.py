"""特殊群体: applying lists, who is insured and who is not by name, books of their own, differences after payment."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.entitlements import differences
from collection.entitlements import groups as special
from collection.entitlements import services as entitlements
from collection.entitlements.forms import CaseForm
from collection.entitlements.models import DifferenceCase
from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, run_step
from core.regions.models import Region
from core.tables.writer import xlsx_response
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import asked_region, campaign_or_404, current, regions_below

WORKS_ON = (Role.COUNTY, Role.DEPARTMENT, Role.TOWNSHIP, Role.VILLAGE)


@roles(*WORKS_ON)
def special_groups(request: SignedIn) -> HttpResponse:
    """应保, 已保, 未参保 of every category, for one's own region or a township in it."""
    campaign = campaign_or_404(request.user)
    region, department = asked_region(request), _department(request)
    found = special.groups(campaign=campaign, region=region.code, department=department)
    facts = {
        "title": "特殊群体",
        "campaign": campaign,
        "region": region,
        "groups": found,
        "distinct": special.distinct_people(campaign=campaign, region=region.code, department=department),
        "below": regions_below(request, region),
        "goal": campaign.policy.targets.special,
        "may_enrol": request.user.role == Role.COUNTY and campaign.is_open,
    }
    if request.user.role == Role.COUNTY:
        facts["waiting"] = entitlements.owing_nothing(campaign).count()
        facts["job"] = Job.objects.filter(key=entitlements.enrolment_key(campaign)).order_by("-created_at").first()
        facts["open_cases"] = DifferenceCase.objects.filter(campaign=campaign, state=DifferenceCase.State.OPEN).count()
    return render(request, "collection/entitlements/special_groups.html", facts)


@roles(*WORKS_ON)
def special_people(request: SignedIn) -> HttpResponseBase:
    """The people of a category by name; printed or exported it is the book of that category."""
    campaign = campaign_or_404(request.user)
    region, department = asked_region(request), _department(request)
    asked = request.GET.get("standing", "")
    standing = asked if asked in special.STANDINGS else "missing"
    category = request.GET.get("category", "")
    rows = special.people(
        campaign=campaign, region=region.code, department=department, category=category, standing=standing
    )
    if request.GET.get("export"):
        return _book(request, campaign, region, category, standing, rows)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    listed = [
        {"mark": mark, "caused": caused, "last": last, "says": says, "number": masks.mask(mark.resident.id_number)}
        for mark, caused, last, says in special.with_reasons(campaign, page)
    ]
    return render(
        request,
        "collection/entitlements/special_people.html",
        {
            "title": f"{category or '特殊群体'}{special.STANDINGS[standing]}名册",
            "campaign": campaign,
            "region": region,
            "page": page,
            "listed": listed,
            "category": category,
            "standing": standing,
            "standings": special.STANDINGS.items(),
            "today": clock.today(),
            "categories": [c.name for c in campaign.policy.recognised if not department or c.department == department],
            "below": regions_below(request, region),
        },
    )


@roles(Role.COUNTY)
@require_POST
def enrol_free(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    if campaign.is_open:
        entitlements.ask_to_enrol(campaign=campaign, actor=request.user)
    return redirect("special_groups")


@roles(Role.COUNTY, Role.TOWNSHIP)
def difference_list(request: SignedIn) -> HttpResponse:
    """先缴后认定: who paid before being recognised, open ones first."""
    rows = DifferenceCase.objects.for_user(request.user).filter(campaign=current(request.user))
    rows = rows.select_related("contribution__resident", "village", "handled_by", "refund")
    state = request.GET.get("state", "open")
    if state in DifferenceCase.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    listed = [(case, masks.mask(case.contribution.resident.id_number)) for case in page]
    return render(
        request,
        "collection/entitlements/difference_list.html",
        {
            "title": "先缴后认定",
            "page": page,
            "listed": listed,
            "state": state,
            "states": DifferenceCase.State.choices,
            "form": CaseForm(),
            "may_handle": request.user.role == Role.COUNTY,
        },
    )


@roles(Role.COUNTY)
@require_POST
def difference_resolve(request: SignedIn, pk: int) -> HttpResponse:
    case = get_object_or_404(DifferenceCase.objects.for_user(request.user), pk=pk)
    form = CaseForm(request.POST)
    if flash_form_errors(request, form):
        run_step(
            request,
            lambda: _settle_difference(case, form.cleaned_data, request.user),
            "已记下处理结果。",
        )
    return redirect("difference_list")


def _settle_difference(case: DifferenceCase, facts: dict[str, Any], user: User) -> None:
    if facts["grants"] is None:
        differences.resolve_case(case=case, note=facts["note"], actor=user)
    else:
        differences.decide_difference(case=case, actor=user, **facts)


def _department(request: SignedIn) -> str:
    return request.user.department if request.user.role == Role.DEPARTMENT else ""


def _book(
    request: SignedIn, campaign: Campaign, region: Region, category: str, standing: str, rows: "QuerySet[special.Mark]"
) -> FileResponse:
    """The book of a category: its people with what each owes, numbers masked; leaves an event."""
    name = f"{region.name}{category or '特殊群体'}{special.STANDINGS[standing]}名册"
    heading = ("序号", "乡镇", "村", "姓名", "证件号码", "身份", "认定日期", "情况", "未参保原因", "下次核查")
    townships = dict(Region.objects.in_region(region.code[:6]).filter(level="township").values_list("code", "name"))

    def lines() -> Iterator[tuple[object, ...]]:
        for number, (mark, caused, last, says) in enumerate(special.with_reasons(campaign, rows), 1):
            one = mark.resident
            yield (
                number,
                townships.get(one.village_id[:9], ""),
                one.village.name,
                one.name,
                masks.mask(one.id_number),
                mark.kind,
                mark.recognised_on,
                says,
                str(caused.cause) if caused else "",
                last.look_again_on if last else "",
            )

    audit.record(
        "special.export",
        actor=request.user,
        object_type="campaign",
        object_id=campaign.pk,
        region=region.code,
        summary=f"导出{name}",
    )
    return xlsx_response(
        filename=f"{name}.xlsx",
        title=name,
        note=f"{campaign}，{clock.today()} 导出，证件号码已脱敏",
        columns=[(one, 16) for one in heading],
        rows=lines(),
    )
