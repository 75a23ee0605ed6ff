"""Who counts before an instant, by village.

A contribution counts as collected from recorded_at and as posted from posted_at, until ended_at. All three are written
once, so the answer for a past instant never changes (docs/decisions/as-of.md).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12
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
class Places:
    """Codes of the county's townships and villages as they stood at an instant, in their order.

    `stands_for` leads from any village code, also of a village that was moved or merged since, to the one that was
    its place then.
    """

    townships: tuple[str, ...]
    villages: tuple[str, ...]
    stands_for: dict[str, str]

    def villages_of(self, township: str) -> list[str]:
        return self._by_township.get(township, [])

    @cached_property
    def _by_township(self) -> dict[str, list[str]]:
        villages: dict[str, list[str]] = {}
        for village in self.villages:
            villages.setdefault(village[:9], []).append(village)
        return villages


@dataclass(frozen=True)
class Tree:
    """The same places as regions, under the names that they bore then."""

    places: Places
    townships: tuple[Region, ...]
    villages: tuple[Region, ...]
    _regions: dict[str, Region]

    @property
    def stands_for(self) -> dict[str, str]:
        return self.places.stands_for

    def villages_of(self, township: str) -> list[Region]:
        return [self._regions[code] for code in self.places.villages_of(township)]


#: What is known of a region's standing: its code, where it went and when, and since when it stands.
PlaceFacts = tuple[str, str | None, datetime | None, datetime | None]


def tree_at(campaign: Campaign, at: datetime) -> Tree:
    """The places of an instant with their names of that time."""
    regions = {r.code: r for r in Region.objects.in_region(campaign.county_id) if r.level != Region.Level.COUNTY}
    for code, name in names_at(campaign.county_id, at).items():
        if code in regions:
            regions[code].name = name
    places = _standing([(r.code, r.replaced_by_id, r.replaced_at, r.stands_since) for r in regions.values()], at)
    return Tree(
        places=places,
        townships=tuple(regions[code] for code in places.townships),
        villages=tuple(regions[code] for code in places.villages),
        _regions=regions,
    )


def places_at(campaign: Campaign, at: datetime) -> Places:
    """The places of an instant by their codes alone: a snapshot holds no names."""
    regions = Region.objects.in_region(campaign.county_id).exclude(level=Region.Level.COUNTY).order_by()
    return _standing(list(regions.values_list("code", "replaced_by_id", "replaced_at", "stands_since")), at)


def _standing(regions: Sequence[PlaceFacts], at: datetime) -> Places:
    """A village that moves gets a new code under its new township: before the move the old one stands, then the new.

    A village stands from its foundation, and once it was merged counts where it went.
    """
    stands_for = {code: code for code, *_ in regions}
    gone = {code: into for code, into, replaced_at, _ in regions if into and (replaced_at is None or replaced_at < at)}
    for first in gone:
        code, seen = first, {first}
        while (into := gone.get(code)) is not None and into in stands_for and into not in seen:
            code = into
            seen.add(code)
        stands_for[first] = code
    standing = sorted(code for code, _, _, since in regions if code not in gone and not (since and since >= at))
    return Places(
        townships=tuple(code for code in standing if len(code) == TOWNSHIP_DIGITS),
        villages=tuple(code for code in standing if len(code) == VILLAGE_DIGITS),
        stands_for=stands_for,
    )


def within(tree: Tree | Places, code: str) -> Q:
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


def task_of_township(code: str, places: Places, tasks: dict[str, int | None]) -> int | None:
    """The township's own task, or the sum of its villages' tasks where it has none of its own."""
    if (own := tasks.get(code)) is not None:
        return own
    given = [task for village in places.villages_of(code) if (task := tasks.get(village)) is not None]
    return sum(given) if given else None


def by_region(tree: Tree | Places, tallies: dict[str, RegionTally]) -> dict[str, RegionTally]:
    """Village and township code → tally, each village counted where it stood."""
    found: dict[str, RegionTally] = defaultdict(RegionTally)
    for code, tally in tallies.items():
        place = tree.stands_for.get(code, code)
        found[place] += tally
        if len(place) == VILLAGE_DIGITS:
            found[place[:TOWNSHIP_DIGITS]] += tally
    return found


FIGURES = tuple(field.name for field in fields(RegionTally))
