"""欠费提醒: the units in arrears, what would be sent to whom, and sending it."""

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from config import clock
from core.access import masks
from core.access.roles import roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.pages.form_steps import submit_form
from core.regions.models import Region
from core.tables.writer import xlsx_response
from employees.access import LOOKS_ON, WORKS_ON, county_or_404
from employees.months import in_words, month_of
from employees.reminders import services
from employees.rules import policy_for
from subsidies.policy.employee_parts import OpenPoint

COLUMNS = (
    ("单位", 30),
    ("统一社会信用代码", 22),
    ("乡镇", 12),
    ("状态", 10),
    ("费款所属期", 14),
    ("人数", 8),
    ("应缴（元）", 14),
    ("已缴（元）", 14),
    ("欠缴（元）", 14),
)


class SeenForm(forms.Form):
    """How many units somebody has looked at."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


#: What the arrears page would need, and the notice leaves open.
OPEN_POINTS = ("payment_day", "arrears", "late_fee")


def not_set(county: Region) -> list[OpenPoint]:
    """What the county's policy says of arrears only that somebody has to set it."""
    policy = policy_for(county=county.pk, month=month_of(clock.today()))
    points = [policy.employees.open_point(code) for code in OPEN_POINTS] if policy and policy.employees else []
    return [point for point in points if point]


@roles(*LOOKS_ON)
def employee_arrears(request: SignedIn) -> HttpResponseBase:
    """Units in arrears, most first; the bureau sends the reminders that stand there."""
    county = county_or_404(request.user)
    townships = Region.objects.for_user(request.user).filter(parent=county).order_by("code")
    asked = request.GET.get("township", "")
    township = asked if any(town.pk == asked for town in townships) else ""
    works = request.user.role in WORKS_ON
    if request.method == "POST" and works:
        form = SeenForm(request.POST)
        submit_form(
            request,
            form,
            services.remind,
            "已放入待发送，每条发送前再核对是否已缴清。",
            county=county,
            township=township,
        )
        return redirect(request.get_full_path())
    found = services.preview(county=county, township=township, user=request.user)
    if request.GET.get("export"):
        return _export(request, county, found)
    facts = {
        "title": "职工医保欠费",
        "found": found,
        "listed": [(one, masks.mask_phone(one.unit.contact_phone)) for one in found.owing],
        "townships": townships,
        "township": township,
        "works": works,
        "not_set": not_set(county),
        "form": SeenForm(initial={"seen": len(found.reached)}),
    }
    return render(request, "employees/reminders/arrears.html", facts)


def _export(request: SignedIn, county: Region, found: services.ReminderPreview) -> HttpResponseBase:
    """Every month in arrears of every unit shown, a row each; it names no person."""
    lines = [
        (
            one.unit.name,
            one.unit.credit_code,
            one.unit.township.name,
            "已注销" if one.unit.ended_on else "在册",
            in_words(account.month),
            account.people,
            account.owed,
            account.paid,
            account.arrears,
        )
        for one in found.owing
        for account in one.months
    ]
    name = f"{county.name}职工医保欠费"
    audit.record("unit.export", actor=request.user, obj=county, summary=f"导出{name} {len(lines)} 行")
    note = f"{clock.today()} 导出；不计滞纳金"
    return xlsx_response(filename=f"{name}.xlsx", columns=COLUMNS, rows=lines, title=name, note=note)
