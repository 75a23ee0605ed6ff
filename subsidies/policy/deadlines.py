"""What the notices ask of offices by a day: dated in the policy file, one answer a day it falls due. Pure."""

import calendar
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from subsidies.policy.parts import Sourced

SOON_DAYS = 7
LONGEST_OFFICE, LONGEST_TASK = 20, 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Deadline(Sourced):
    """A task of an office: due `on` a day, or `monthly` on this day of each month from `since` to `until`.

    `lists`: answered by handing in a list of people (subsidies/rosters), so that the product sees when it was done.
    """

    office: str
    task: str
    on: datetime.date | None = None
    monthly: int | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    lists: bool = False

    def problem(self) -> str:
        """What is wrong with it, or ""."""
        if (self.on is None) == (self.monthly is None):
            return "on（哪一天）和 monthly（每月几日）要写且只写一个"
        if self.monthly is not None and not 1 <= self.monthly <= 31:
            return f"每月几日应在 1 到 31 之间，现在是 {self.monthly}"
        if self.monthly is not None and not (self.since and self.until and self.since <= self.until):
            return "每月的任务要写明从哪一天起（since）、到哪一天止（until）"
        if len(self.office) > LONGEST_OFFICE or len(self.task) > LONGEST_TASK:
            return f"单位最多 {LONGEST_OFFICE} 个字，任务最多 {LONGEST_TASK} 个字"
        return ""

    def days(self) -> list[datetime.date]:
        """Every day on which it falls due; the 31st of a shorter month is its last day."""
        if self.on:
            return [self.on]
        assert self.since and self.until and self.monthly  # noqa: S101 - checked when the file was read
        found, month = [], self.since.replace(day=1)
        while month <= self.until:
            last = calendar.monthrange(month.year, month.month)[1]
            day = month.replace(day=min(self.monthly, last))
            if self.since <= day <= self.until:
                found.append(day)
            month = (month + datetime.timedelta(days=31)).replace(day=1)
        return found


class DeadlineState(StrEnum):
    DONE = "done"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    SOON = "soon"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class DeadlineDay:
    """One day of a task: when it was answered, if it was, and how it stands today."""

    office: str
    task: str
    due_on: datetime.date
    standing: DeadlineState
    answered_on: datetime.date | None = None

    @property
    def days_late(self) -> int:
        return max(((self.answered_on or self.due_on) - self.due_on).days, 0)


def answers(
    days: Sequence[datetime.date], handed_in: Iterable[datetime.date]
) -> list[tuple[datetime.date, datetime.date | None]]:
    """Pair each due day with the list that answers it: one handed in since the last due day, else the first after it
    and not after the next. A list answers one day at most; further ones before the same day belong to it too."""
    lists = sorted(handed_in)
    found: list[tuple[datetime.date, datetime.date | None]] = []
    for order, due in enumerate(days):
        in_time = [day for day in lists if day <= due]
        after = lists[len(in_time) :]
        following = days[order + 1] if order + 1 < len(days) else datetime.date.max
        if in_time:
            found.append((due, in_time[0]))
            lists = after
        elif after and after[0] <= following:
            found.append((due, after[0]))
            lists = after[1:]
        else:
            found.append((due, None))
    return found


def standing(due: datetime.date, answered: datetime.date | None, today: datetime.date) -> DeadlineState:
    """How a due day stands: on the day itself it is still in time."""
    if answered:
        return DeadlineState.DONE if answered <= due else DeadlineState.DONE_LATE
    if today > due:
        return DeadlineState.OVERDUE
    return DeadlineState.SOON if (due - today).days <= SOON_DAYS else DeadlineState.AHEAD


def calendar_of(
    deadlines: Iterable[Deadline], handed_in: dict[str, list[datetime.date]], today: datetime.date
) -> list[tuple[Deadline, DeadlineDay]]:
    """Every due day of the year in order. `handed_in`: the days on which each office has handed in lists."""
    found = []
    for deadline in deadlines:
        days = deadline.days()
        lists = handed_in.get(deadline.office, []) if deadline.lists else []
        for due, answered in answers(days, lists):
            state = standing(due, answered, today)
            found.append((deadline, DeadlineDay(deadline.office, deadline.task, due, state, answered)))
    return sorted(found, key=lambda item: (item[1].due_on, item[1].office))
