"""Employees' insurance in the menu and on the first page, only where the county runs it."""

from django.urls import reverse

from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from employees.access import runs_here
from employees.declarations.models import MonthlyDeclaration

ENTRIES = [
    Entry("参保单位", "employee_units", 100, shown_to=runs_here, admin_list="employees.Unit"),
    Entry("多单位申报", "employee_months", 100, shown_to=runs_here),
    Entry("灵活就业人员", "employee_flexible_list", 101, shown_to=runs_here),
    Entry("职工医保已缴清单", "employee_paid_lists", 102, shown_to=runs_here),
    Entry("职工医保欠费", "employee_arrears", 102, shown_to=runs_here),
    Entry("养老名册比对", "employee_roll_list", 103, shown_to=runs_here),
    Entry("职工医保扩面", "employee_goal", 104, shown_to=runs_here),
]


def todos(user: User) -> list[Asked]:
    """Declarations that wait for another person, and those that wait to be mended or booked."""
    if user.role != Role.COUNTY or not runs_here(user):
        return []
    waiting = MonthlyDeclaration.objects.for_user(user).filter(state=MonthlyDeclaration.State.CHECKED, bad=0)
    mine = waiting.exclude(unusual__gt=0, uploaded_by=user)
    return [Counted(mine, "{count} 份职工医保月度申报待确认记账", reverse("employee_units"))]
