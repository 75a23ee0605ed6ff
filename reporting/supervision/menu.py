"""Supervision in the menu, and what waits for an answer, a check or a successor."""

from django.urls import reverse

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry, Todo
from reporting.supervision.models import Finding
from reporting.supervision.selectors import open_findings, without_county_leader
from subsidies.campaigns.models import Campaign

ENTRIES = [
    Entry("包联和督导", "supervision_posts", 84),
    Entry("宣传活动", "activity_list", 85, frozenset({Role.VILLAGE})),
]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """A township answers, the county and leaders check; the county fills what is vacant."""
    rows = open_findings(user, campaign)
    found: list[Asked] = []
    if user.role == Role.TOWNSHIP:
        waiting = list(rows.filter(state=Finding.State.OPEN).values_list("deadline", flat=True))
        if waiting:
            late = sum(deadline < clock.today() for deadline in waiting)
            says = f"{len(waiting)} 项督导发现待整改" + (f"，其中 {late} 项已逾期" if late else "")
            found.append(Todo(says, reverse("finding_list"), urgent=min(waiting) <= clock.today()))
    if user.role in (Role.COUNTY, Role.LEADER):
        answered = rows.filter(state=Finding.State.ANSWERED)
        found.append(Counted(answered, "{count} 项整改答复待核查", reverse("finding_list")))
    if user.role == Role.COUNTY:
        found += _vacant(user, campaign)
    return found


def _vacant(user: User, campaign: Campaign) -> list[Todo]:
    """Townships whose leader has left and nobody follows; a county that links nobody is not asked."""
    vacant = without_county_leader(campaign, user)
    if not vacant:
        return []
    return [
        Todo(
            f"{'、'.join(vacant[:3])}等 {len(vacant)} 个乡镇没有包联{user.county_word}领导",
            reverse("supervision_posts"),
        )
    ]
