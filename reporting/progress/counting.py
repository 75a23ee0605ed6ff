"""Who counts before an instant, by village.

A contribution counts as collected from recorded_at and as posted from posted_at, until ended_at. All three are written
once, so the answer for a past instant never changes (docs/decisions/as-of.md).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from collection.contributions.models import Contribution
from collection.tallies.selectors import people_at
from core.access.scope import successor
from core.regions.models import Region
from core.regions.selectors import names_at
from subsidies.campaigns.models import Campaign, TargetEntry

Channel, State = Contribution.Channel, Contribution.State
SELF_PAID = (Channel.SELF, Channel.FAMILY)
INSTANTS = {"posted": "posted_at", "collected": "recorded_at"}
WEEK = timedelta(days=7)
#: What a tally is put together from.
COUNTED = ("collected", "posted", "self_paid", "collective", "now", "week_ago", "before")


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

    def ended_since(self, metric: str, at: datetime | None = None) -> Q:
        """Of contributions that ended: those that counted at an instant."""
        at = at or self.as_of
        return self.dated(metric, at) & Q(ended_at__gte=at)


@dataclass
class RegionTally:
    """People in one region. `gained`: by the metric, in seven days; `gained_period`: since the period began."""

    collected: int = 0
    posted: int = 0
    self_paid: int = 0
    collective: int = 0
    gained: int = 0
    gained_period: int = 0

    def __add__(self, other: "RegionTally") -> "RegionTally":
        return RegionTally(
            self.collected + other.collected,
            self.posted + other.posted,
            self.self_paid + other.self_paid,
            self.collective + other.collective,
            self.gained + other.gained,
            self.gained_period + other.gained_period,
        )

    def __sub__(self, other: "RegionTally") -> "RegionTally":
        return RegionTally(*(getattr(self, name) - getattr(other, name) for name in FIGURES))

    def done(self, metric: str) -> int:
        return self.posted if metric == "posted" else self.collected


def tally_villages(campaign: Campaign, cutoff: Cutoff, where: Q | None = None) -> dict[str, RegionTally]:
    """Village code as recorded → tally, from the kept tallies: one statement, whatever the number of people.

    A correction takes off the few that were reversed as mistakes since, one statement more.
    """
    as_of, metric = cutoff.as_of, cutoff.metric
    kept = people_at(
        campaign=campaign,
        figures={
            **{name: (name, as_of) for name in ("collected", "posted", "self_paid", "collective")},
            "now": (metric, as_of),
            "week_ago": (metric, as_of - WEEK),
            "before": (metric, cutoff.period_from),
        },
        where=where,
    )
    tallies = {village: _tally(people) for village, people in kept.items()}
    if cutoff.known_at > as_of:
        rows = _contributions(campaign, cutoff, where).filter(state=State.REVERSED, ended_at__lt=cutoff.known_at)
        for village, mistaken in _tallies(rows, cutoff, cutoff.ended_since).items():
            tallies[village] -= mistaken
    return tallies


def count_villages(campaign: Campaign, cutoff: Cutoff, where: Q | None = None) -> dict[str, RegionTally]:
    """What `tally_villages` answers, counted from every contribution: what the tallies are held against.

    The many that never ended need only their dates looked at; the few that ended, an index of their own.
    """
    rows = _contributions(campaign, cutoff, where)
    found = _tallies(rows.filter(ended_at__isnull=True), cutoff, cutoff.dated)
    for village, tally in _tallies(rows.filter(ended_at__isnull=False), cutoff, cutoff.counted).items():
        found[village] = found.get(village, RegionTally()) + tally
    return found


def _contributions(campaign: Campaign, cutoff: Cutoff, where: Q | None) -> QuerySet[Contribution]:
    return Contribution.objects.filter(where or Q(), cutoff.dated("collected"), campaign=campaign).order_by()


def _tallies(rows: QuerySet[Contribution], cutoff: Cutoff, counts: Callable[..., Q]) -> dict[str, RegionTally]:
    def people(condition: Q) -> models.Count:
        return models.Count(models.Value(1), filter=condition)

    collected = counts("collected")
    counted: Iterable[Mapping[str, Any]] = rows.values("village_id").annotate(
        n_collected=people(collected),
        n_posted=people(counts("posted")),
        n_self_paid=people(collected & Q(channel__in=SELF_PAID)),
        n_collective=people(collected & Q(channel=Channel.COLLECTIVE)),
        n_now=people(counts(cutoff.metric)),
        n_week_ago=people(counts(cutoff.metric, cutoff.as_of - WEEK)),
        n_before=people(counts(cutoff.metric, cutoff.period_from)),
    )
    return {row["village_id"]: _tally({name: row[f"n_{name}"] for name in COUNTED}) for row in counted}


def _tally(people: Mapping[str, int]) -> RegionTally:
    return RegionTally(
        collected=people["collected"],
        posted=people["posted"],
        self_paid=people["self_paid"],
        collective=people["collective"],
        gained=people["now"] - people["week_ago"],
        gained_period=people["now"] - people["before"],
    )


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
        return self._by_township.get(township, [])

    @cached_property
    def _by_township(self) -> dict[str, list[Region]]:
        villages: dict[str, list[Region]] = {}
        for village in self.villages:
            villages.setdefault(village.township_code, []).append(village)
        return villages


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


def by_region(tree: Tree, tallies: dict[str, RegionTally]) -> dict[str, RegionTally]:
    """Village and township code → tally, each village counted where it stood."""
    found: dict[str, RegionTally] = defaultdict(RegionTally)
    for code, tally in tallies.items():
        place = tree.stands_for.get(code, code)
        found[place] += tally
        if len(place) == 12:
            found[place[:9]] += tally
    return found


FIGURES = tuple(field.name for field in fields(RegionTally))
