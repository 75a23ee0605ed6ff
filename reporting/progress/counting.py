"""Who counts before an instant: one pass over a campaign's contributions, by village.

A contribution counts as collected from recorded_at and as posted from posted_at, until ended_at. All three are written
once, so the answer for a past instant never changes (docs/decisions/as-of.md).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q, QuerySet

from collection.contributions.models import Contribution
from core.access.scope import successor
from core.regions.models import Region
from core.regions.selectors import names_at
from subsidies.campaigns.models import Campaign, TargetEntry

Channel, State = Contribution.Channel, Contribution.State
SELF_PAID = (Channel.SELF, Channel.FAMILY)
INSTANTS = {"posted": "posted_at", "collected": "recorded_at"}


@dataclass(frozen=True)
class Cutoff:
    """Which past is looked at: what had happened before `as_of`, without the mistakes that were reversed before
    `known_at` (the same instant in a first count, a later one in a correction)."""

    as_of: datetime
    known_at: datetime
    metric: str
    period_from: datetime

    def dated(self, metric: str, at: datetime | None = None) -> Q:
        """Dated before an instant by this metric, the as-of time if none is given. (Nothing is posted before it is
        recorded: the database sees to that.)"""
        return Q(**{f"{INSTANTS[metric]}__lt": at or self.as_of})

    def counted(self, metric: str, at: datetime | None = None) -> Q:
        """The contributions that count at an instant: dated before it, not ended before it, no mistake found since."""
        at = at or self.as_of
        counted = self.dated(metric, at) & (Q(ended_at__isnull=True) | Q(ended_at__gte=at))
        if self.known_at > self.as_of:
            counted &= ~Q(state=State.REVERSED, ended_at__lt=self.known_at)
        return counted


@dataclass
class Tally:
    """People in one region. `gained`: by the metric, in seven days; `gained_period`: since the period began."""

    collected: int = 0
    posted: int = 0
    self_paid: int = 0
    collective: int = 0
    gained: int = 0
    gained_period: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.collected + other.collected,
            self.posted + other.posted,
            self.self_paid + other.self_paid,
            self.collective + other.collective,
            self.gained + other.gained,
            self.gained_period + other.gained_period,
        )

    def done(self, metric: str) -> int:
        return self.posted if metric == "posted" else self.collected


def tally_villages(campaign: Campaign, cutoff: Cutoff, where: Q | None = None) -> dict[str, Tally]:
    """Village code as recorded → tally. Two statements, whatever the number of people.

    The many that never ended need only their dates looked at; the few that ended, an index of their own.
    """
    rows = Contribution.objects.filter(where or Q(), cutoff.dated("collected"), campaign=campaign).order_by()
    found = _tallies(rows.filter(ended_at__isnull=True), cutoff, cutoff.dated, collected=Q())
    for village, tally in _tallies(rows.filter(ended_at__isnull=False), cutoff, cutoff.counted).items():
        found[village] = found.get(village, Tally()) + tally
    return found


def _tallies(
    rows: QuerySet[Contribution], cutoff: Cutoff, counts: Callable[..., Q], collected: Q | None = None
) -> dict[str, Tally]:
    def people(condition: Q) -> models.Count:
        return models.Count(models.Value(1), filter=condition or None)

    if collected is None:
        collected = counts("collected")
    counted = rows.values("village_id").annotate(
        n_collected=people(collected),
        n_posted=people(counts("posted")),
        n_self_paid=people(collected & Q(channel__in=SELF_PAID)),
        n_collective=people(collected & Q(channel=Channel.COLLECTIVE)),
        n_now=people(counts(cutoff.metric)),
        n_week_ago=people(counts(cutoff.metric, cutoff.as_of - timedelta(days=7))),
        n_before=people(counts(cutoff.metric, cutoff.period_from)),
    )
    return {
        row["village_id"]: Tally(
            collected=row["n_collected"],
            posted=row["n_posted"],
            self_paid=row["n_self_paid"],
            collective=row["n_collective"],
            gained=row["n_now"] - row["n_week_ago"],
            gained_period=row["n_now"] - row["n_before"],
        )
        for row in counted
    }


@dataclass(frozen=True)
class Tree:
    """The county's townships and villages as they stood at an instant.

    `stands_for` leads from any village code, also of a village that was moved or merged since, to the one that was
    its place then.
    """

    townships: tuple[Region, ...]
    villages: tuple[Region, ...]
    stands_for: dict[str, str]

    def villages_of(self, township: str) -> list[Region]:
        return [village for village in self.villages if village.code.startswith(township)]


def tree_at(campaign: Campaign, at: datetime) -> Tree:
    """A village that moves gets a new code under its new township: before the move the old one stands, then the new.

    A village stands from its foundation, bears the name of its time, and once it was merged counts where it went.
    """
    regions = {r.code: r for r in Region.objects.in_region(campaign.county_id) if r.level != Region.Level.COUNTY}
    for code, name in names_at(campaign.county_id, at).items():
        if code in regions:
            regions[code].name = name

    def moved(region: Region) -> bool:
        return region.replaced_by_id is not None and (region.replaced_at is None or region.replaced_at < at)

    not_yet = {code for code, r in regions.items() if r.stands_since and r.stands_since >= at}
    stands_for = {}
    for code, region in regions.items():
        seen = {code}
        while moved(region) and region.replaced_by_id in regions and region.replaced_by_id not in seen:
            region = regions[region.replaced_by_id]
            seen.add(region.code)
        stands_for[code] = region.code
    standing = [r for code, r in sorted(regions.items()) if not moved(r) and code not in not_yet]
    return Tree(
        townships=tuple(r for r in standing if r.level == Region.Level.TOWNSHIP),
        villages=tuple(r for r in standing if r.level == Region.Level.VILLAGE),
        stands_for=stands_for,
    )


def within(tree: Tree, code: str) -> Q:
    """The contributions that count in a region: recorded there, less villages that moved out, plus those moved in."""
    moved = {old: new for old, new in tree.stands_for.items() if old != new}
    gone = [old for old, new in moved.items() if old.startswith(code) and not new.startswith(code)]
    come = [old for old, new in moved.items() if new.startswith(code) and not old.startswith(code)]
    inside = Q(village_id__gte=code, village_id__lt=successor(code))
    if gone:
        inside &= ~Q(village_id__in=gone)
    return inside | Q(village_id__in=come) if come else inside


def tasks_at(campaign: Campaign, at: datetime) -> dict[str, int | None]:
    """Region code → the task that was in force just before an instant."""
    entries = TargetEntry.objects.filter(campaign=campaign, set_at__lt=at).order_by("set_at", "id")
    return dict(entries.values_list("region_id", "people"))


def task_of_township(code: str, tree: Tree, tasks: dict[str, int | None]) -> int | None:
    """The township's own task, or the sum of its villages' tasks where it has none of its own."""
    if (own := tasks.get(code)) is not None:
        return own
    given = [task for v in tree.villages_of(code) if (task := tasks.get(v.code)) is not None]
    return sum(given) if given else None


def by_region(tree: Tree, tallies: dict[str, Tally]) -> dict[str, Tally]:
    """Village and township code → tally, each village counted where it stood."""
    found: dict[str, Tally] = defaultdict(Tally)
    for code, tally in tallies.items():
        place = tree.stands_for.get(code, code)
        found[place] += tally
        if len(place) == 12:
            found[place[:9]] += tally
    return found


FIGURES = tuple(field.name for field in fields(Tally))
