"""Look ahead: what should have been reached by today, and when the pace of the last fourteen days meets the goal.

Pure: whole people and dates in, answers out. 内政办〔2024〕 五: 90 % by 31 October, 100 % by 30 November.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from reporting.progress.goals import StageGoal

#: The days whose pace is taken to go on.
PACE_DAYS = 14
#: Further ahead than this nothing is promised.
FURTHEST = 366


@dataclass(frozen=True)
class Forecast:
    """When a region will meet a stage's goal. `finish` None: not at this pace. `kind`: ok, warn or bad."""

    gap: int
    finish: date | None
    kind: str
    verdict: str


def forecast(stage: StageGoal, *, task: int | None, done: int, gained: int, today: date) -> Forecast | None:
    """Return when the goal is met at the pace of the last fourteen days. None without a task.

    `gained`: people in those fourteen days; reversals can make it negative.
    """
    if not task:
        return None
    gap = max(0, ceil(stage.share * task) - done)
    if not gap:
        return Forecast(0, today, "ok", "已达标")
    days = ceil(Fraction(gap * PACE_DAYS, gained)) if gained > 0 else FURTHEST + 1
    if days > FURTHEST:
        return Forecast(gap, None, "bad", "近14天无新增，不能达标" if gained <= 0 else "按近14天进度，一年内不能达标")
    finish = today + timedelta(days=days)
    if finish <= stage.by:
        return Forecast(gap, finish, "ok", f"预计{_day(finish)}达标")
    late = (finish - stage.by).days
    kind = "warn" if late <= PACE_DAYS else "bad"
    return Forecast(gap, finish, kind, f"预计{_day(finish)}达标，晚{late}天")


def share_due(
    stages: Sequence[StageGoal],
    *,
    start: date,
    today: date,
    last_year: Sequence[tuple[date, Fraction]] = (),
) -> Fraction | None:
    """Return the share of the task that should have been reached by today. None where the policy sets no stage.

    Between two stages the way is divided by last year's same days (`last_year`: dated a year later, share of that
    year's people by that day), where those are known; evenly by days otherwise.
    """
    ordered = sorted(stages, key=lambda stage: stage.by)
    if not ordered:
        return None
    begun, reached = start, Fraction(0)
    for stage in ordered:
        if today <= stage.by:
            way = _way(begun, stage.by, today, last_year)
            return reached + (stage.share - reached) * way
        begun, reached = stage.by, stage.share
    return reached


def _way(begun: date, end: date, today: date, last_year: Sequence[tuple[date, Fraction]]) -> Fraction:
    """Return how much of the way from one day to another should lie behind, 0 to 1."""
    if today <= begun or end <= begun:
        return Fraction(0)
    first, last, now = (_at(last_year, day) for day in (begun, end, today))
    if first is not None and last is not None and now is not None and last > first:
        return min(Fraction(1), (now - first) / (last - first))
    return Fraction((today - begun).days, (end - begun).days)


def _at(curve: Sequence[tuple[date, Fraction]], day: date) -> Fraction | None:
    """Return the curve's value at a day, straight between two known days; None outside them."""
    points = sorted(curve)
    for (left, low), (right, high) in zip(points, points[1:], strict=False):
        if left <= day <= right:
            return low + (high - low) * Fraction((day - left).days, max(1, (right - left).days))
    return None


def people_to_overtake(*, task: int, done: int, ahead_task: int, ahead_done: int) -> int:
    """Return how many people more a region needs to share the rank of the one ahead of it."""
    return max(0, ceil(Fraction(ahead_done, ahead_task) * task) - done)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
