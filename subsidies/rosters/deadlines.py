"""The dated tasks of a year and what answers them; what a department is told about its list."""

from collections import defaultdict
from datetime import date

from django.utils import timezone

from config import clock
from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current
from subsidies.policy.deadlines import Deadline, DeadlineDay, DeadlineState, calendar_of
from subsidies.rosters.comparing import compare
from subsidies.rosters.models import Roster

#: What a township is called where a notice means all of them.
TOWNSHIPS = "各乡镇"
_HANDED_IN = (Roster.State.READING, Roster.State.READY, Roster.State.APPLIED)


def year_of(*, user: User, campaign: Campaign) -> list[tuple[Deadline, DeadlineDay]]:
    """Return every due day of the year in order: a department's and a township's own, all for the bureau."""
    tasks = campaign.policy.deadlines
    if user.role == Role.DEPARTMENT:
        tasks = tuple(task for task in tasks if task.office == user.department)
    elif user.role == Role.TOWNSHIP:
        tasks = tuple(task for task in tasks if task.office == TOWNSHIPS)
    return calendar_of(tasks, _handed_in(campaign), clock.today())


def has_deadlines(user: User) -> bool:
    """Whether the notice of the reader's county dates any task: the menu asks."""
    campaign = current(user)
    return bool(campaign and campaign.policy.deadlines)


def pressing(*, user: User, campaign: Campaign) -> list[DeadlineDay]:
    """Return the lists that are late or due within a week."""
    wanted = (DeadlineState.OVERDUE, DeadlineState.SOON)
    return [due for task, due in year_of(user=user, campaign=campaign) if task.lists and due.standing in wanted]


def answered_by(roster: Roster) -> DeadlineDay | None:
    """Return the due day that this list answers, if it answers one: with how many days late."""
    day = _day(roster)
    for task, due in calendar_of(roster.campaign.policy.deadlines, _handed_in(roster.campaign), clock.today()):
        if task.lists and due.office == roster.department and due.answered_on == day:
            return due
    return None


def answer_rows(roster: Roster, *, sees_all: bool) -> list[tuple[object, ...]]:
    """Return the rows of the answer: what came of each row, and what was found beside it."""
    told: dict[int, list[str]] = defaultdict(list)
    for finding in compare(roster):
        told[finding.number].append(finding.says if sees_all else finding.told)
    rows = roster.rows.exclude(number=0).order_by("number", "pk")
    return [
        (
            row.number,
            row.name,
            masks.mask(row.id_number),
            row.category,
            str(row.get_outcome_display()),
            row.message,
            "".join(told.get(row.number, [])),
        )
        for row in rows
    ]


def _handed_in(campaign: Campaign) -> dict[str, list[date]]:
    """The days on which each office has handed in lists; single marks by hand are none."""
    rows = Roster.objects.filter(campaign=campaign, state__in=_HANDED_IN).exclude(kind=Roster.Kind.SINGLE)
    found: dict[str, list[date]] = defaultdict(list)
    for department, moment in rows.order_by("uploaded_at").values_list("department", "uploaded_at"):
        found[department].append(timezone.localtime(moment).date())
    return found


def _day(roster: Roster) -> date:
    return timezone.localtime(roster.uploaded_at).date()
