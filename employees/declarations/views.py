"""月度申报: the form of the month, the upload, what was read, booking and withdrawing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from config import clock
from core.access.roles import roles
from core.accounts.requests import SignedIn
from core.amounts import yuan
from core.audit import services as audit
from core.downloads import download
from core.jobs.models import Job
from core.pages.form_steps import run_form, run_step, submit_form
from core.tables.reader import SheetError
from core.uploads.services import marked_upload
from employees.access import LOOKS_ON, WORKS_ON, county_or_404
from employees.declarations import services, upload
from employees.declarations.forms import DeclarationForm, MendForm, MonthForm, WithdrawForm
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.declarations.workbook import form_workbook
from employees.months import in_words, month_of
from employees.units.models import Unit

Change = DeclaredLine.Change


@roles(*WORKS_ON)
def declare(request: SignedIn, pk: int) -> HttpResponse:
    """Upload a unit's month."""
    county_or_404(request.user)
    unit = get_object_or_404(Unit.objects.for_user(request.user), pk=pk)
    form = DeclarationForm(request.POST or None, request.FILES or None, initial={"month": month_of(clock.today())})
    made: list[MonthlyDeclaration] = []

    def take() -> None:
        file = form.table
        declaration, _ = services.upload_declaration(
            unit=unit, month=form.cleaned_data["month"], file=file, name=str(file.name), actor=request.user
        )
        made.append(declaration)

    if request.method == "POST" and run_form(form, take):
        return redirect("employee_declaration", made[0].pk)
    facts = {"title": f"月度申报：{unit.name}", "form": form, "unit": unit}
    return render(request, "employees/declarations/declare.html", facts, status=400 if form.errors else 200)


@roles(*WORKS_ON)
def month_form(request: SignedIn, pk: int) -> HttpResponseBase:
    """The month's form, filled in from the month before; holds whole numbers, so it leaves an event."""
    county_or_404(request.user)
    unit = get_object_or_404(Unit.objects.for_user(request.user), pk=pk)
    form = MonthForm(request.GET)
    month = form.cleaned_data["month"] if form.is_valid() else month_of(clock.today())
    last_month = services.last_month_of(MonthlyDeclaration(unit=unit, month=month))
    audit.record(
        "employee_declaration.form",
        actor=request.user,
        obj=unit,
        summary=f"下载{unit}{in_words(month)}申报表，{len(last_month)} 人，含完整号码",
        after={"rows": len(last_month), "whole": True},
    )
    return download(
        form_workbook(unit=unit.name, month=month, last_month=last_month), f"{unit.name}{in_words(month)}申报表.xlsx"
    )


@roles(*LOOKS_ON)
def declaration_detail(request: SignedIn, pk: int) -> HttpResponse:
    """What was read: the figures, then the lines by what changed, wrong ones first."""
    county_or_404(request.user)
    declaration = _declaration(request, pk)
    change = request.GET.get("change", "")
    lines = declaration.lines.all()
    if change in Change.values:
        lines = lines.filter(change=change)
    elif declaration.bad:
        lines, change = lines.filter(change=Change.BAD), Change.BAD
    page = Paginator(lines.order_by("pk"), 50).get_page(request.GET.get("page"))
    return render(
        request,
        "employees/declarations/declaration.html",
        {
            "title": f"{declaration}申报",
            "declaration": declaration,
            "job": Job.objects.filter(key=services.job_key(declaration)).order_by("-created_at").first(),
            "page": page,
            "change": change,
            "changes": Change.choices,
            "withdraw_form": WithdrawForm(),
            "works": request.user.role in WORKS_ON,
            "waits_for_another": bool(declaration.unusual) and declaration.uploaded_by_id == request.user.pk,
        },
    )


@roles(*WORKS_ON)
def line_mend(request: SignedIn, pk: int, line_pk: int) -> HttpResponse:
    """A wrong row, put right or taken out in the browser; a number is typed anew, so that nothing whole is shown."""
    county_or_404(request.user)
    declaration = _declaration(request, pk)
    line = get_object_or_404(declaration.lines.filter(change=Change.BAD, row__isnull=False), pk=line_pk)
    if request.POST.get("step") == "drop":
        run_step(
            request, lambda: services.drop_line(line=line, actor=request.user), f"第 {line.row} 行 {line.name} 已删去。"
        )
        return redirect("employee_declaration", pk)
    form = MendForm(request.POST or None, initial={"name": line.name, "wage": line.wage})
    if request.method == "POST" and run_form(
        form, lambda: services.mend_line(line=line, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, f"第 {line.row} 行已改正。")
        return redirect("employee_declaration", pk)
    facts = {"title": f"改正第 {line.row} 行", "form": form, "line": line, "declaration": declaration}
    return render(request, "employees/declarations/line.html", facts, status=400 if form.errors else 200)


@roles(*WORKS_ON)
@require_POST
def declaration_book(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    declaration = _declaration(request, pk)
    run_step(
        request,
        lambda: services.book_declaration(declaration=declaration, actor=request.user),
        f"{declaration}已记账，应缴 {yuan(declaration.amount)}。",
    )
    return redirect("employee_declaration", pk)


@roles(*WORKS_ON)
@require_POST
def declaration_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    declaration = _declaration(request, pk)
    form = WithdrawForm(request.POST)
    submit_form(
        request,
        form,
        services.withdraw_declaration,
        f"{declaration}的申报已撤回，可以重新上传。",
        declaration=declaration,
    )
    return redirect("employee_declaration", pk)


@roles(*WORKS_ON)
@require_POST
def declaration_errors(request: SignedIn, pk: int) -> HttpResponseBase:
    """The sender's own workbook with what is wrong marked; whole numbers stand in it, so it is a POST."""
    county_or_404(request.user)
    declaration = _declaration(request, pk)
    try:
        name, content = marked_upload(kind=upload.KIND, attachment=declaration.attachment, given={}, actor=request.user)
    except SheetError as error:
        messages.error(request, error.message)
        return redirect("employee_declaration", pk)
    return download(content, name)


def _declaration(request: SignedIn, pk: int) -> MonthlyDeclaration:
    rows = MonthlyDeclaration.objects.for_user(request.user).select_related(
        "unit", "uploaded_by", "booked_by", "attachment"
    )
    return get_object_or_404(rows, pk=pk)
