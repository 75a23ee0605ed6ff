"""学校: progress by school, class lists, pupils class by class, and what the school has collected."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from collection.declarations import tax_files
from collection.schools import collecting, selectors
from collection.schools import services as schools
from collection.schools.forms import ClassListForm, ElsewhereForm, PayOverForm, PupilsForm, SchoolForm, StaffForm
from collection.schools.models import ClassList, ClassRow, Pupil, School
from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, form_status, run_form, run_step, submit_form, try_step
from core.tables.writer import xlsx_response
from subsidies.campaigns.selectors import campaign_or_404

LOOKS_AFTER = (Role.EDUCATION, Role.COUNTY)
COLLECTS = (Role.SCHOOL, Role.EDUCATION)
SEES = (*LOOKS_AFTER, Role.SCHOOL, Role.TOWNSHIP)
STEPS: dict[str, tuple[Callable[..., collecting.Done], str]] = {
    "claim": (collecting.claim_pupils, "改为学校代收"),
    "release": (collecting.release_pupils, "改为随家庭缴费"),
    "back": (collecting.give_back, "已退还家长"),
}


@roles(*SEES)
def school_list(request: SignedIn) -> HttpResponse:
    """Progress by school, and the pupils who stand in two."""
    campaign = campaign_or_404(request.user)
    lines = selectors.school_lines(user=request.user, campaign=campaign)
    limit = campaign.policy.deposit_limit
    facts = {
        "title": "学校参保",
        "campaign": campaign,
        "lines": lines,
        "total": _total(lines),
        "days": limit.days if limit else None,
        "today": clock.today(),
        "twice": selectors.in_two_schools(user=request.user, campaign=campaign)[:100],
        "registers": request.user.role in LOOKS_AFTER,
        "uploads": request.user.role in (*LOOKS_AFTER, Role.SCHOOL) and campaign.is_open,
    }
    return render(request, "collection/schools/school_list.html", facts)


def _total(lines: list[selectors.SchoolLine]) -> dict[str, Any]:
    names = ("pupils", "known", "insured", "uninsured", "elsewhere", "collected", "give_back", "in_hand")
    return {name: sum(getattr(line, name) for line in lines) for name in names}


@roles(*LOOKS_AFTER)
def school_progress_file(request: SignedIn) -> FileResponse:
    """The progress by school as a workbook; it names nobody."""
    campaign = campaign_or_404(request.user)
    lines = selectors.school_lines(user=request.user, campaign=campaign)
    audit.record(
        "school.export",
        actor=request.user,
        obj=campaign,
        region=request.user.scope_prefix,
        summary=f"下载学校参保进度 {len(lines)} 所",
    )
    headings = (
        "乡镇",
        "学校",
        "类别",
        "在校学生",
        f"本{campaign.county_word}居民",
        "已参保",
        "未参保",
        "参保率",
        "外地生源",
        "已收未缴（元）",
    )
    return xlsx_response(
        filename=f"学校参保进度{clock.today():%m%d}.xlsx",
        title=f"{campaign}学校参保进度",
        note=f"截至 {clock.today()}",
        columns=[(name, 22 if name == "学校" else 11) for name in headings],
        rows=(
            (
                line.school.region.name,
                line.school.name,
                line.school.get_kind_display(),
                line.pupils,
                line.known,
                line.insured,
                line.uninsured,
                line.rate,
                line.elsewhere,
                line.in_hand,
            )
            for line in lines
        ),
    )


@roles(*LOOKS_AFTER)
def school_create(request: SignedIn) -> HttpResponse:
    form = SchoolForm(request.POST or None, user=request.user)
    made: list[School] = []
    if request.method == "POST" and run_form(
        form, lambda: made.append(schools.register_school(actor=request.user, **form.cleaned_data))
    ):
        messages.success(request, "已登记。接着可以指定经办人、上传班级名单。")
        return redirect("school", made[0].pk)
    facts = {"title": "登记学校", "form": form}
    return render(request, "collection/schools/school_create.html", facts, status=form_status(form))


@roles(*SEES)
def school_detail(request: SignedIn, pk: int) -> HttpResponse:
    """A school: its classes, and the pupils of one class or of all, those not insured first."""
    campaign = campaign_or_404(request.user)
    school = get_object_or_404(School.objects.for_user(request.user).select_related("region"), pk=pk)
    staff = StaffForm(request.POST if "username" in request.POST else None)
    if (
        staff.is_bound
        and request.user.role in LOOKS_AFTER
        and run_form(staff, lambda: schools.assign_staff(school=school, actor=request.user, **staff.cleaned_data))
    ):
        messages.success(request, "已指定经办人。")
        return redirect("school", pk)
    pay = PayOverForm(request.POST if "ticket_no" in request.POST else None)
    collects = request.user.role in COLLECTS and campaign.is_open
    if (
        pay.is_bound
        and collects
        and run_form(
            pay,
            lambda: collecting.pay_over(school=school, campaign=campaign, actor=request.user, **pay.cleaned_data),
        )
    ):
        messages.success(request, "已登记缴税务，名单内的学生已经入库。")
        return redirect("school", pk)
    rows, chosen = _pupils_shown(request, school)
    lines = selectors.school_lines(user=request.user, campaign=campaign)
    facts = {
        "title": school.name,
        "school": school,
        "campaign": campaign,
        "line": next((line for line in lines if line.school.pk == school.pk), None),
        "classes": selectors.classes_of(user=request.user, campaign=campaign, school=school),
        "chosen": chosen,
        "page": Paginator(rows, 60).get_page(request.GET.get("page")),
        "payments": school.payments.filter(campaign=campaign).select_related("recorded_by"),
        "staff": school.staff.select_related("user"),
        "staff_form": staff,
        "pay_form": pay,
        "collects": collects,
        "today": clock.today(),
        "looks_after": request.user.role in LOOKS_AFTER,
    }
    return render(request, "collection/schools/school_detail.html", facts, status=form_status(staff, pay))


def _pupils_shown(request: SignedIn, school: School) -> tuple[QuerySet[Pupil], str | None]:
    campaign = campaign_or_404(request.user)
    rows = selectors.pupils_of(user=request.user, campaign=campaign).filter(school=school)
    chosen = request.GET.get("class")
    if chosen is not None:
        rows = rows.filter(class_name=chosen[:40])
    return rows.select_related("resident__village__parent").order_by("insured", "class_name", "pk"), chosen


@roles(*COLLECTS)
@require_POST
def school_pupils(request: SignedIn, pk: int) -> HttpResponse:
    """Do one thing with all pupils that are ticked; who cannot be taken is named by the reason."""
    campaign = campaign_or_404(request.user)
    school = get_object_or_404(School.objects.for_user(request.user), pk=pk)
    theirs = Pupil.objects.filter(school=school, campaign=campaign).values_list("pk", flat=True)
    form = PupilsForm(request.POST, pupils=list(theirs))
    if flash_form_errors(request, form):
        step, ids = form.cleaned_data["step"], form.cleaned_data["pupil"]
        on = form.cleaned_data["on"] or clock.today()
        try_step(request, lambda: _tell(request, _do(step, school, campaign, ids, on, request.user), step))
    return redirect(reverse("school", args=[pk]))


def _do(step: str, school: School, campaign: Any, ids: list[int], on: Any, user: Any) -> collecting.Done:
    if step == "collect":
        return collecting.collect_pupils(school=school, campaign=campaign, pupils=ids, on=on, actor=user)
    return STEPS[step][0](school=school, campaign=campaign, pupils=ids, actor=user)


def _tell(request: SignedIn, done: collecting.Done, step: str) -> None:
    says = "登记已收款" if step == "collect" else STEPS[step][1]
    messages.success(request, f"{says} {done.taken} 人。")
    for why, count in done.left.items():
        messages.warning(request, f"{count} 人没有办理：{why}。")


@roles(*COLLECTS)
@require_POST
def pupil_leave(request: SignedIn, pk: int) -> HttpResponse:
    pupil = get_object_or_404(Pupil.objects.for_user(request.user).select_related("school"), pk=pk)
    run_step(request, lambda: schools.leave_school(pupil=pupil, actor=request.user), "已办转出。")
    return redirect("school", pupil.school_id)


@roles(*COLLECTS)
@require_POST
def pupil_elsewhere(request: SignedIn, pk: int) -> HttpResponse:
    """A pupil from elsewhere is insured at home: so says the family."""
    pupil = get_object_or_404(Pupil.objects.for_user(request.user).select_related("school"), pk=pk)
    form = ElsewhereForm(request.POST)
    submit_form(request, form, schools.say_where_insured, "已登记。", pupil=pupil)
    return redirect("school", pupil.school_id)


@roles(*LOOKS_AFTER, Role.SCHOOL)
def class_list_upload(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    form = ClassListForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made: list[Any] = []

        def take() -> None:
            made.extend(
                schools.take_class_list(
                    campaign=campaign, school=form.cleaned_data["school"], file=file, name=file.name, actor=request.user
                )
            )

        if run_form(form, take):
            if not made[1]:
                messages.info(request, "这份名单以前上传过，没有重复导入，下面是当时的结果。")
            return redirect("class_list", made[0].pk)
    lists = ClassList.objects.for_user(request.user).filter(campaign=campaign)
    facts = {
        "title": "上传班级名单",
        "form": form,
        "campaign": campaign,
        "lists": lists.select_related("attachment", "school", "uploaded_by")[:30],
    }
    return render(request, "collection/schools/class_list_upload.html", facts, status=form_status(form))


@roles(*LOOKS_AFTER, Role.SCHOOL)
def class_list(request: SignedIn, pk: int) -> HttpResponse:
    """What came of a class list, the rows that were not taken first."""
    rows = ClassList.objects.for_user(request.user).select_related("attachment", "school", "uploaded_by")
    found = get_object_or_404(rows, pk=pk)
    counts = selectors.row_counts(found)
    known = [value for value, _, _ in counts]
    asked = request.GET.get("outcome")
    outcome = asked if asked in known else next((v for v in reversed(known) if v != ClassRow.Outcome.MATCHED), "")
    facts = {
        "title": "班级名单",
        "list": found,
        "counts": counts,
        "outcome": outcome,
        "page": Paginator(found.rows.filter(outcome=outcome).order_by("pk"), 100).get_page(request.GET.get("page")),
        "job": Job.objects.filter(key=tax_files.job_key(found)).order_by("-created_at").first(),
    }
    return render(request, "collection/schools/class_list.html", facts)
