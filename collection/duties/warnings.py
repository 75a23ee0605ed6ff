"""Whom to warn about cash in a village's hands, on which day, at which step (design 5.4).

The steps are the policy's: a share of the amount limit; certain days after the taking (days 3 and 4 of 内乡's five);
the due day; then daily while it is late. Each step reaches one level further: first the village, which can act; from
the due day also its township, which is to fetch the money; when it is late also the county, which answers for it
(内乡 2025, 四（一）5: 任何单位和个人不得延压、滞解保费).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from collection.duties.rules import Limit, Standing


@dataclass(frozen=True, slots=True)
class Steps:
    """When to warn. near_share: of the amount limit, in hand. on_days: days since the oldest cash was taken."""

    near_share: Decimal = Decimal("0.80")
    on_days: tuple[int, ...] = (3, 4)
    on_due_day: bool = True
    daily_when_late: bool = True


class Level(StrEnum):
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"


class WarningLevel(StrEnum):
    """Worst first."""

    LATE = "late"
    DUE_TODAY = "due_today"
    COMING_DUE = "coming_due"
    NEAR_AMOUNT = "near_amount"


LEVELS = {
    WarningLevel.NEAR_AMOUNT: (Level.VILLAGE,),
    WarningLevel.COMING_DUE: (Level.VILLAGE,),
    WarningLevel.DUE_TODAY: (Level.VILLAGE, Level.TOWNSHIP),
    WarningLevel.LATE: (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY),
}


@dataclass(frozen=True, slots=True)
class DutyWarning:
    """One step a village has come to. `key` names the occasion, so that the same one is never sent twice to a level."""

    step: WarningLevel
    levels: tuple[Level, ...]
    amount: Decimal
    days: int  # days late, or days left
    since: date  # due day of what is late; else the day the oldest cash was taken
    key: str


def warnings_on(standing: Standing, limit: Limit, steps: Steps) -> tuple[DutyWarning, ...]:
    """The warnings that belong to the day `standing.as_of`, worst first; none for a village that holds no cash.

    Being near the amount limit is one occasion as long as the oldest cash stays the same; each other step belongs to
    its day.
    """
    found = []

    def warn(step: WarningLevel, amount: Decimal, days: int, since: date, occasion: date) -> None:
        found.append(DutyWarning(step, LEVELS[step], amount, days, since, f"{step}:{occasion.isoformat()}"))

    as_of = standing.as_of
    if standing.late_since and steps.daily_when_late:
        warn(WarningLevel.LATE, standing.late, (as_of - standing.late_since).days, standing.late_since, as_of)
    if standing.falls_due and steps.on_due_day:
        opened = next(duty.opened for duty in standing.duties if duty.due == as_of)
        warn(WarningLevel.DUE_TODAY, standing.falls_due, 0, opened, as_of)
    if standing.fresh and standing.fresh_since and standing.oldest:
        age = (as_of - standing.fresh_since).days
        if age in steps.on_days:
            warn(WarningLevel.COMING_DUE, standing.fresh, limit.days - age, standing.fresh_since, as_of)
        if standing.in_hand >= limit.amount * steps.near_share:
            warn(WarningLevel.NEAR_AMOUNT, standing.in_hand, limit.days - age, standing.oldest, standing.oldest)
    return tuple(found)
