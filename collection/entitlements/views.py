"""特殊群体: applying lists, who is insured and who is not by name, books of their own, differences after payment."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.entitlements import groups as special
from collection.entitlements import services as entitlements
from collection.entitlements.forms import CaseForm, ReasonForm
from collection.entitlements.models import DifferenceCase
from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.audit import services as audit
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, run_form, run_step
from core.regions.models import Region
from core.tables.writer import xlsx_response
from residents.people.models import Resident
from subsidies.campaigns.selectors import asked_region, campaign_or_404, current, regions_below

WORKS_ON = (Role.COUNTY, Role.DEPARTMENT, Role.TOWNSHIP, Role.VILLAGE)


@roles(*WORKS_ON)
def special_groups(request):
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
def special_people(request):
    """The people of a category by name; printed or exported it is the book of that category."""
    campaign = campaign_or_404(request.user)
    region, department = asked_region(request), _department(request)
    standing = request.GET.get("standing") if request.GET.get("standing") in special.STANDINGS else "missing"
    category = request.GET.get("category", "")
    asked = {"campaign": campaign, "region": region.code, "department": department, "category": category}
    rows = special.people(**asked, standing=standing)
    if request.GET.get("export"):
        return _book(request, campaign, region, category, standing, rows)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    listed = [
        {"mark": mark, "reason": reason, "says": says, "number": masks.mask(mark.resident.id_number)}
        for mark, reason, says in special.with_reasons(campaign, page)
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


@roles(*WORKS_ON)
def not_insured(request, pk):
    """Recording why somebody is not insured, with evidence and a day to look again."""
    resident = get_object_or_404(Resident.objects.for_user(request.user).select_related("village"), pk=pk)
    campaign = campaign_or_404(request.user)
    marked = special.marks(campaign, request.user.scope_prefix, department=_department(request))
    if not marked.filter(resident=resident).exists():
        messages.error(request, f"{resident.name}现在没有由部门认定的身份，不用登记未参保原因。")
        return redirect("special_groups")
    form = ReasonForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and run_form(
        form,
        lambda: special.record_reason(campaign=campaign, resident=resident, actor=request.user, **form.cleaned_data),
    ):
        messages.success(request, f"已登记 {resident.name} 的未参保原因。")
        return redirect("special_people")
    return render(
        request,
        "collection/entitlements/not_insured.html",
        {
            "title": f"{resident.name} 未参保原因",
            "resident": resident,
            "number": masks.mask(resident.id_number),
            "form": form,
            "campaign": campaign,
            "earlier": resident.not_insured.filter(campaign=campaign).select_related("recorded_by", "evidence"),
        },
        status=400 if form.errors else 200,
    )


@roles(Role.COUNTY)
@require_POST
def enrol_free(request):
    campaign = campaign_or_404(request.user)
    if campaign.is_open:
        entitlements.ask_to_enrol(campaign=campaign, actor=request.user)
    return redirect("special_groups")


@roles(Role.COUNTY, Role.TOWNSHIP)
def difference_list(request):
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
def difference_resolve(request, pk):
    case = get_object_or_404(DifferenceCase.objects.for_user(request.user), pk=pk)
    form = CaseForm(request.POST)
    if flash_form_errors(request, form):
        run_step(
            request,
            lambda: _settle_difference(case, form.cleaned_data, request.user),
            "已记下处理结果。",
        )
    return redirect("difference_list")


def _settle_difference(case: DifferenceCase, facts: dict, user) -> None:
    if facts["grants"] is None:
        entitlements.resolve_case(case=case, note=facts["note"], actor=user)
    else:
        entitlements.decide_difference(case=case, actor=user, **facts)


def _department(request) -> str:
    return request.user.department if request.user.role == Role.DEPARTMENT else ""


def _book(request, campaign, region, category, standing, rows):
    """The book of a category: its people with what each owes, numbers masked; leaves an event."""
    name = f"{region.name}{category or '特殊群体'}{special.STANDINGS[standing]}名册"
    heading = ("序号", "乡镇", "村", "姓名", "证件号码", "身份", "认定日期", "情况", "未参保原因", "下次核查")
    townships = dict(Region.objects.in_region(region.code[:6]).filter(level="township").values_list("code", "name"))

    def lines():
        for number, (mark, reason, says) in enumerate(special.with_reasons(campaign, rows), 1):
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
                reason.get_reason_display() if reason else "",
                reason.look_again_on if reason else "",
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
