"""What the preparation of a year, and the departments' duties in it, ask of people."""

import datetime

from django.db.models import Q
from django.urls import reverse

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.openings.duties import certifying
from subsidies.openings.models import DepartmentDuty, NewCounty
from subsidies.rosters.deadlines import has_deadlines

ENTRIES = [
    Entry(
        "部门任务和期限",
        "department_duties",
        31,
        shown_to=lambda user: user.role != Role.TOWNSHIP or has_deadlines(user),
    ),
    Entry("新县接入", "new_counties", 95),
]
#: So many days before its day a duty is asked for.
SOON = datetime.timedelta(days=7)


def proposal_todos(user: User) -> list[Todo]:
    """Years that are being prepared, and counties that ask to be let in."""
    if user.role == Role.SECURITY:
        asked = NewCounty.objects.in_region(user.region_id or "").filter(state=NewCounty.State.WAITING)
        return [Todo(f"{one}申请接入，待您确认", reverse("new_counties"), urgent=True) for one in asked[:5]]
    if user.role != Role.COUNTY:
        return []
    waiting = PolicyProposal.objects.for_user(user).filter(state=PolicyProposal.State.DRAFT).select_related("base")
    return [
        Todo(f"{proposal.year}年度正在准备开征", reverse("proposal", args=[proposal.pk]), button="接着办理")
        for proposal in waiting[:5]
        if proposal.opens_year
    ]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Duties that are late or due soon: a department's own, all of them for the bureau."""
    if user.role not in (Role.COUNTY, Role.DEPARTMENT):
        return []
    today = clock.today()
    open_duties = DepartmentDuty.objects.for_user(user).filter(campaign=campaign, done_at=None)
    if user.role == Role.DEPARTMENT:
        open_duties = open_duties.filter(department=user.department)
    asked = open_duties.filter(Q(due_on__lte=today + SOON) | Q(ends_on__lte=today))
    rows = list(asked)
    if any(duty.kind == DepartmentDuty.Kind.CERTIFY for duty in rows):
        progress = certifying(campaign)
        rows = [duty for duty in rows if not progress.is_certified(duty)]
    late = sum(duty.due_on < today for duty in rows)
    soon = sum(today <= duty.due_on <= today + SOON for duty in rows)
    address = reverse("department_duties")
    found = [Todo(f"{late} 项部门任务已经逾期", address, urgent=True)] if late else []
    found += [Todo(f"{soon} 项部门任务七天内到期", address)] if soon else []
    if user.role == Role.COUNTY:
        names = [duty.department for duty in rows if duty.ends_on and duty.ends_on <= today and not duty.ending_id]
        if names:
            says = f"{'、'.join(sorted(names))}到终止日仍没有重新认定，待生成减少名单或延期"
            found.append(Todo(says, address, urgent=True))
    return found
