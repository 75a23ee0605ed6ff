"""多单位申报: one table for many units, what was read of it, and booking."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from config import clock
from core.access.roles import roles
from core.access.scope import ScopedQuerySet
from core.accounts.requests import SignedIn
from core.jobs.models import Job
from core.pages.form_steps import form_status, run_form, run_step
from employees.access import WORKS_ON, county_or_404
from employees.batches import services
from employees.batches.forms import MonthFileForm
from employees.batches.models import MonthFile
from employees.batches.staging import totals
from employees.declarations.models import MonthlyDeclaration
from employees.months import month_of


@roles(*WORKS_ON)
def month_files(request: SignedIn) -> HttpResponse:
    """The tables that came, and a form for a new one."""
    county = county_or_404(request.user)
    form = MonthFileForm(request.POST or None, request.FILES or None, initial={"month": month_of(clock.today())})
    made: list[MonthFile] = []

    def take() -> None:
        file = form.cleaned_data["file"]
        kept, _ = services.upload_month(
            county=county, month=form.cleaned_data["month"], file=file, name=file.name, actor=request.user
        )
        made.append(kept)

    if request.method == "POST" and run_form(form, take):
        return redirect("employee_month", made[0].pk)
    rows = MonthFile.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {"title": "多单位申报", "form": form, "page": page}
    return render(request, "employees/batches/month_files.html", facts, status=form_status(form))


@roles(*WORKS_ON)
def month_file(request: SignedIn, pk: int) -> HttpResponse:
    """What was read: figures, rows that belong to no unit, each unit's declaration."""
    county_or_404(request.user)
    file = get_object_or_404(_files(request), pk=pk)
    rows = MonthlyDeclaration.objects.for_user(request.user).filter(filed__file=file).select_related("unit__township")
    page = Paginator(rows.order_by("-bad", "-unusual", "unit__name"), 50).get_page(request.GET.get("page"))
    facts = {
        "title": str(file),
        "file": file,
        "job": Job.objects.filter(key__startswith=services.job_key(file)).order_by("-created_at").first(),
        "page": page,
        "totals": totals(file),
        "own": file.uploaded_by_id == request.user.pk,
    }
    return render(request, "employees/batches/month_file.html", facts)


@roles(*WORKS_ON)
@require_POST
def month_book(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    file = get_object_or_404(_files(request), pk=pk)
    run_step(
        request,
        lambda: services.ask_to_book(file=file, actor=request.user),
        "正在记账。有误的单位和变动较大、须另一人核对的单位留在各自页面办理。",
    )
    return redirect("employee_month", pk)


def _files(request: SignedIn) -> ScopedQuerySet:
    return MonthFile.objects.for_user(request.user).select_related("attachment", "uploaded_by", "booked_by")
