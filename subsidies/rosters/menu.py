"""Lists with a day in the menu, and what a department and the bureau are asked before and after it."""

from django.urls import reverse

from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign
from subsidies.policy.deadlines import DeadlineState
from subsidies.rosters.deadlines import pressing

ENTRIES = [Entry("名单", "roster_list", 30, admin_list="subsidies.Roster")]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """A department's own lists by name; how many are late for the bureau."""
    if user.role not in (Role.DEPARTMENT, Role.COUNTY):
        return []
    due = pressing(user=user, campaign=campaign)
    late = [one for one in due if one.standing == DeadlineState.OVERDUE]
    if user.role == Role.COUNTY:
        says = f"{len(late)} 份部门名单过了期限还没有报送"
        return [Todo(says, reverse("department_duties"), button="去催报")] if late else []
    return [
        Todo(
            f"{one.task}：{one.due_on:%-m月%-d日}" + ("已过期限，还没有报送" if one in late else "到期"),
            reverse("roster_upload"),
            urgent=one in late,
            button="去报送",
        )
        for one in due
    ]
