"""When a policy wants its rankings and reports. Local wall-clock times in and out, no time zones and no clock.

内政办〔2024〕六(二): 周排名、月通报, reports by Friday noon. 高阳 三(五): daily from 10 November, weekly from the 17th.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from subsidies.policy.parts import Period, RankingRules, Report

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, order=True)
class RankingDue:
    as_of: datetime
    kind: str


def rankings_due(ranking: RankingRules, period: Period, *, until: datetime) -> list[RankingDue]:
    """Every ranking whose as-of time is not after `until`, oldest first.

    Daily and weekly ones end with the period. A month's bulletin and the final evaluation are as of the midnight that
    ends their last day.
    """
    found: list[RankingDue] = []
    if ranking.daily_from:
        days = _days(max(ranking.daily_from, period.start), period.end)
        found += [RankingDue(datetime.combine(day, ranking.daily_time or ranking.weekly_time), "daily") for day in days]
    for day in _days(max(ranking.weekly_from, period.start), period.end):
        if day.isoweekday() == ranking.weekly_day:
            found.append(RankingDue(datetime.combine(day, ranking.weekly_time), "weekly"))
    if ranking.monthly:
        found += [
            RankingDue(_midnight_after(day), "monthly") for day in _days(period.start, period.end) if _ends_month(day)
        ]
    found.append(RankingDue(_midnight_after(period.end), "final"))
    return sorted(due for due in found if due.as_of <= until)


def began(kind: str, as_of: datetime, period: Period) -> datetime:
    """From when a ranking of this kind counts its "new in this period"; never before the period."""
    if kind == "daily":
        start = as_of - DAY
    elif kind == "monthly":
        start = datetime.combine((as_of - DAY).date().replace(day=1), time())
    else:
        start = as_of - WEEK
    return max(start, datetime.combine(period.start, time()))


def last_day(as_of: datetime) -> date:
    """The day an as-of time belongs to: midnight ends the day before."""
    return (as_of - timedelta(microseconds=1)).date()


def report_due(report: Report, period: Period, now: datetime) -> datetime | None:
    """When the report that is being written now is due: the next one, and on its day the day's own until midnight.

    None outside the period.
    """
    if now.date() not in period:
        return None
    day = now.date()
    while day.isoweekday() != report.day:
        day += DAY
    return datetime.combine(day, report.time) if day in period else None


def report_before(report: Report, as_of: datetime) -> datetime:
    """The latest report due not after an as-of time: the one that a bulletin gathers."""
    day = as_of.date()
    while day.isoweekday() != report.day or datetime.combine(day, report.time) > as_of:
        day -= DAY
    return datetime.combine(day, report.time)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + offset * DAY


def _ends_month(day: date) -> bool:
    return (day + DAY).month != day.month


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + DAY, time())
