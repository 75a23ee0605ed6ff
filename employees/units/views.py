"""参保单位: the list, registration, change, end, and one unit's page with its months."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from config import clock
from core.access.roles import roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_form
from employees.access import LOOKS_ON, WORKS_ON, county_or_404
from employees.declarations.models import MonthlyDeclaration
from employees.members.models import Employment
from employees.members.services import end_unit
from employees.months import month_of
from employees.payments.selectors import accounts_of_units, months_not_declared
from employees.units import services
from employees.units.forms import EndUnitForm, NewUnitForm, UnitFilter, UnitForm
from employees.units.models import Unit
from employees.units.selectors import units_for

#: Months shown on a unit's page.
MONTHS_SHOWN = 24


@roles(*LOOKS_ON)
def unit_list(request: SignedIn) -> HttpResponse:
    """The units of the user's region with people, arrears and months that are missing."""
    county_or_404(request.user)
    form = UnitFilter(request.GET or None, user=request.user)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    asked = {key: value.pk if key == "township" and value else value or "" for key, value in asked.items()}
    rows = units_for(request.user, **{**asked, "ended": bool(asked.get("ended"))})
    page = Paginator(rows.order_by("township", "name", "pk"), 50).get_page(request.GET.get("page"))
    month = month_of(clock.today())
    accounts = accounts_of_units(Unit.objects.filter(pk__in=[unit.pk for unit in page]), until=month)
    listed = [
        (
            unit,
            sum(account.arrears for account in accounts.get(unit.pk, [])),
            months_not_declared(unit, accounts=accounts.get(unit.pk, []), until=month),
        )
        for unit in page
    ]
    return render(
        request,
        "employees/units/unit_list.html",
        {
            "title": "参保单位",
            "form": form,
            "page": page,
            "listed": listed,
            "may_change": request.user.role in WORKS_ON,
        },
    )


@roles(*WORKS_ON)
def unit_new(request: SignedIn) -> HttpResponse:
    county_or_404(request.user)
    form = NewUnitForm(request.POST or None, user=request.user)
    made: list[Unit] = []
    if request.method == "POST" and run_form(
        form, lambda: made.append(services.register_unit(actor=request.user, **form.cleaned_data))
    ):
        return redirect("employee_unit", made[0].pk)
    facts = {"title": "登记参保单位", "form": form}
    return render(request, "employees/units/unit_form.html", facts, status=400 if form.errors else 200)


@roles(*LOOKS_ON)
def unit_detail(request: SignedIn, pk: int) -> HttpResponse:
    """A unit: what is known of it, what it owed and paid by month, its declarations, its people."""
    county_or_404(request.user)
    unit = get_object_or_404(Unit.objects.for_user(request.user).select_related("township"), pk=pk)
    month = month_of(clock.today())
    accounts = accounts_of_units(Unit.objects.filter(pk=unit.pk), until=month).get(unit.pk, [])
    people = Employment.objects.filter(unit=unit, left__isnull=True).select_related("member")
    page = Paginator(people.order_by("member__name", "pk"), 50).get_page(request.GET.get("page"))
    declarations = MonthlyDeclaration.objects.filter(unit=unit).select_related("uploaded_by", "booked_by")
    return render(
        request,
        "employees/units/unit.html",
        {
            "title": unit.name,
            "unit": unit,
            "accounts": list(reversed(accounts))[:MONTHS_SHOWN],
            "arrears": sum(account.arrears for account in accounts),
            "missing": months_not_declared(unit, accounts=accounts, until=month),
            "declarations": declarations[:MONTHS_SHOWN],
            "page": page,
            "may_change": request.user.role in WORKS_ON,
        },
    )


@roles(*WORKS_ON)
def unit_change(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    unit = get_object_or_404(Unit.objects.for_user(request.user), pk=pk)
    shown = {name: getattr(unit, name) for name in UnitForm.base_fields}
    form = UnitForm(request.POST or None, initial=shown)
    if request.method == "POST" and run_form(
        form, lambda: services.change_unit(unit=unit, actor=request.user, **form.cleaned_data)
    ):
        return redirect("employee_unit", unit.pk)
    facts = {"title": f"修改：{unit.name}", "form": form, "unit": unit}
    return render(request, "employees/units/unit_form.html", facts, status=400 if form.errors else 200)


@roles(*WORKS_ON)
def unit_end(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    unit = get_object_or_404(Unit.objects.for_user(request.user), pk=pk)
    form = EndUnitForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and run_form(
        form, lambda: end_unit(unit=unit, actor=request.user, **form.cleaned_data)
    ):
        return redirect("employee_unit", unit.pk)
    facts = {"title": f"注销：{unit.name}", "form": form, "unit": unit, "ends": True}
    return render(request, "employees/units/unit_form.html", facts, status=400 if form.errors else 200)
