"""People to be won back in the menu and among a village's to-dos, where the county runs employees' insurance."""

from django.urls import reverse

from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from employees.access import runs_here
from reporting.leavers.doubles import on_both_sides
from reporting.leavers.selectors import to_win
from subsidies.campaigns.models import Campaign

ENTRIES = [
    Entry("停保待接续", "employee_leavers", 105, shown_to=runs_here),
    Entry("重复参保核对", "employee_doubles", 106, shown_to=runs_here),
]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """How many of the village stand between the two insurances, and how many of the county on both sides."""
    if user.role not in (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY) or not runs_here(user):
        return []
    if user.role == Role.COUNTY:
        return [Counted(on_both_sides(campaign), "{count} 人职工、居民两边参保", reverse("employee_doubles"))]
    rows = to_win(campaign, user.scope_prefix)
    return [Counted(rows, "{count} 人停了职工医保，还没有参加居民医保", reverse("employee_leavers"))]
