"""The year's goal and who is missing: progress by township and kind, pension rolls and their differences."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from config import clock
from core.access import masks
from core.access.roles import roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.jobs.models import Job
from core.pages.form_steps import run_form
from core.tables.writer import xlsx_response
from employees.access import LOOKS_ON, WORKS_ON, county_or_404
from employees.goal import services
from employees.goal.forms import RollForm
from employees.goal.models import PensionRoll, RollDifference
from employees.goal.selectors import progress_to_goal
from employees.months import month_of

Kind = RollDifference.Kind


@roles(*LOOKS_ON)
def goal_page(request: SignedIn) -> HttpResponse:
    """How many more people are insured than at the end of last year, against the goal."""
    county = county_or_404(request.user)
    goal = progress_to_goal(county=county, month=month_of(clock.today()))
    return render(request, "employees/goal/goal.html", {"title": "职工医保扩面", "goal": goal})


@roles(*WORKS_ON)
def roll_list(request: SignedIn) -> HttpResponse:
    """Upload a pension roll; the rolls before it."""
    county = county_or_404(request.user)
    form = RollForm(request.POST or None, request.FILES or None, initial={"month": month_of(clock.today())})
    made: list[tuple[PensionRoll, bool]] = []

    def take() -> None:
        file, month = form.cleaned_data["file"], form.cleaned_data["month"]
        made.append(services.upload_roll(county=county, month=month, file=file, name=file.name, actor=request.user))

    if request.method == "POST" and run_form(form, take):
        roll, is_new = made[0]
        if not is_new:
            messages.info(request, "这份名册以前上传过，下面是当时的比对结果。")
        return redirect("employee_roll", roll.pk)
    rolls = PensionRoll.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    facts = {"title": "养老名册比对", "form": form, "rolls": rolls[:50]}
    return render(request, "employees/goal/roll_list.html", facts, status=400 if form.errors else 200)


@roles(*WORKS_ON)
def roll_detail(request: SignedIn, pk: int) -> HttpResponse:
    """The differences by kind, with unit and person."""
    county_or_404(request.user)
    roll = get_object_or_404(PensionRoll.objects.for_user(request.user).select_related("attachment"), pk=pk)
    kind = request.GET.get("kind") if request.GET.get("kind") in Kind.values else Kind.NOT_INSURED
    counts = dict(roll.differences.order_by().values_list("kind").annotate(Count("pk")))
    rows = roll.differences.filter(kind=kind).order_by("unit_name", "name", "pk")
    return render(
        request,
        "employees/goal/roll.html",
        {
            "title": f"{roll}比对",
            "roll": roll,
            "job": Job.objects.filter(key=services.job_key(roll)).order_by("-created_at").first(),
            "kind": kind,
            "kinds": [(value, label, counts.get(value, 0)) for value, label in Kind.choices],
            "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        },
    )


@roles(*WORKS_ON)
@require_POST
def roll_download(request: SignedIn, pk: int) -> HttpResponseBase:
    """All differences as a table, numbers masked; leaves an event."""
    county_or_404(request.user)
    roll = get_object_or_404(PensionRoll.objects.for_user(request.user), pk=pk)
    rows = list(roll.differences.order_by("kind", "unit_name", "name", "pk"))
    audit.record("pension_roll.export", actor=request.user, obj=roll, summary=f"导出{roll}比对差异 {len(rows)} 行")
    columns = [
        ("差异", 18),
        ("单位", 30),
        ("姓名", 12),
        ("证件号码", 22),
        ("养老基数", 12),
        ("医保基数", 12),
        ("说明", 40),
    ]
    return xlsx_response(
        filename=f"{roll}比对差异.xlsx",
        columns=columns,
        rows=(
            (r.get_kind_display(), r.unit_name, r.name, masks.mask(r.id_number), r.roll_base, r.base, r.message)
            for r in rows
        ),
        title=f"{roll}与职工医保参保人员比对差异",
        note="证件号码已遮盖；完整名单请在系统内查看。",
    )
