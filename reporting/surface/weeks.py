"""A region week by week, from the kept weekly snapshots and this moment: the heat table and the chart with its line.

The line is what should have been reached by each day (forecast.share_due).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import ceil

from django.utils import timezone

from core.regions.models import Region
from reporting.progress.charts import Series, trend_chart
from reporting.progress.goals import stages_of
from reporting.progress.selectors import Progress
from reporting.rankings.models import RankingKind, SnapshotRow
from reporting.surface.forecast import share_due
from subsidies.campaigns.models import Campaign

#: How many weeks are shown at most, the newest.
WEEKS = 16
#: How many shades a cell can have; the darkest is the most that was won in a week.
SHADES = 4


@dataclass(frozen=True)
class HeatCell:
    """`points`: the share of the task that was won in a week, in percentage points; "—" where that is not known."""

    points: str
    shade: int


@dataclass(frozen=True)
class HeatTable:
    weeks: list[date]
    rows: list[tuple[Region, list[HeatCell]]]


@dataclass(frozen=True)
class _Week:
    day: date
    done: dict[str, tuple[int, int]]  # region code → (people done, task)


def weeks_of(campaign: Campaign, region: Region, progress: Progress) -> list[_Week]:
    """The kept weekly counts of a region and what stands under it, this moment last; one statement."""
    codes = [region.code, *(line.region.code for line in progress.lines)]
    found = (
        SnapshotRow.objects.filter(
            snapshot__campaign=campaign, snapshot__kind=RankingKind.WEEKLY, region_id__in=codes, task__gt=0
        )
        .order_by("snapshot__as_of", "snapshot__known_at")
        .values_list("snapshot__as_of", "region_id", "task", progress.metric)
    )
    kept: dict[datetime, dict[str, tuple[int, int]]] = {}
    for as_of, code, task, done in found:
        kept.setdefault(as_of, {})[code] = (done, task)
    weeks = [_Week(timezone.localtime(at).date(), done) for at, done in kept.items()]
    now = {line.region.code: (line.done, line.task) for line in (progress.whole, *progress.lines) if line.task}
    weeks = [*weeks, _Week(timezone.localtime(progress.at).date(), now)][-WEEKS:]
    if region.level == Region.Level.COUNTY:  # a snapshot has no row for the county: its townships add up
        for week in weeks[:-1]:
            of_townships = [pair for code, pair in week.done.items() if len(code) == len("411325100")]
            if of_townships:
                week.done[region.code] = tuple(map(sum, zip(*of_townships, strict=True)))  # type: ignore[assignment]
    return weeks


def heat_table(weeks: Sequence[_Week], progress: Progress) -> HeatTable | None:
    """What each region won in each week. None before there are two weeks to compare."""
    if len(weeks) < 2 or not progress.lines:
        return None
    pairs = list(zip(weeks, weeks[1:], strict=False))
    won = {
        line.region.code: [_won(*(week.done.get(line.region.code) for week in pair)) for pair in pairs]
        for line in progress.lines
    }
    most = max((share for shares in won.values() for share in shares if share), default=Fraction(0))
    rows = [(line.region, [_cell(share, most) for share in won[line.region.code]]) for line in progress.lines]
    return HeatTable(weeks=[week.day for week in weeks[1:]], rows=rows)


def week_chart(
    weeks: Sequence[_Week], campaign: Campaign, region: Region, last_year: Sequence[tuple[date, Fraction]]
) -> str:
    """The region's completion week by week beside what should have been reached; "" before there are two weeks."""
    if len(weeks) < 2:
        return ""
    own = [week.done.get(region.code) for week in weeks]
    values = [done * 100 / task if (done, task) != (0, 0) else None for done, task in (pair or (0, 0) for pair in own)]
    stages, start = stages_of(campaign.policy), campaign.policy.period.start
    due = [share_due(stages, start=start, today=week.day, last_year=last_year) for week in weeks]
    series = [Series("实际", values)]
    if any(share is not None for share in due):
        series.append(Series("应达", [float(share * 100) if share is not None else None for share in due]))
    labels = [f"{week.day:%m-%d}" for week in weeks]
    return trend_chart("weeks", labels, series, title=f"{region.name}完成率与应达进度", plot_width=330)


def _won(before: tuple[int, int] | None, after: tuple[int, int] | None) -> Fraction | None:
    return Fraction(after[0] - before[0], after[1]) if before and after else None


def _cell(share: Fraction | None, most: Fraction) -> HeatCell:
    if share is None:
        return HeatCell("—", 0)
    shade = ceil(SHADES * share / most) if share > 0 else 0
    return HeatCell(f"{float(share * 100):+.1f}" if share else "0", shade)
