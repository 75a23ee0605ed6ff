"""The ledger rolled up: village → township → county, and by cause. A fixed number of statements at any size."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from collection.visits.models import Cause, Exclusion, ToldPayment
from collection.visits.selectors import quiet_since, unpaid
from core.access.scope import successor
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign


@dataclass(slots=True)
class VisitFigures:
    """People of one region who are not insured; `tried`, `caused`, … are some of `unpaid`.

    `longest` is the day on which the one not heard of for the longest was last tried, of those tried at all.
    """

    unpaid: int = 0
    tried: int = 0
    quiet: int = 0
    due: int = 0
    told: int = 0
    overdue: int = 0
    review: int = 0
    longest: date | None = None
    causes: Counter[int] = field(default_factory=Counter)

    @property
    def never(self) -> int:
        return self.unpaid - self.tried

    @property
    def uncaused(self) -> int:
        return self.unpaid - self.causes.total()

    def add(self, other: "VisitFigures") -> None:
        """Take another region's people in."""
        for name in ("unpaid", "tried", "quiet", "due", "told", "overdue", "review"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest = min(filter(None, (self.longest, other.longest)), default=None)
        self.causes.update(other.causes)


def figures_by_village(*, campaign: Campaign, region: str, today: date) -> dict[str, VisitFigures]:
    """Village code → its figures; villages where everybody is insured are left out."""
    counted = unpaid(campaign, region).order_by().values_list("village_id").annotate(Count("pk"))
    found = {village: VisitFigures(unpaid=people) for village, people in counted}
    for village, cause, people, tried, quiet, due, longest in _tried(campaign, region, today):
        figures = found.setdefault(village, VisitFigures())
        figures.tried += tried
        figures.quiet += quiet
        figures.due += due
        if longest:
            figures.longest = min(filter(None, (figures.longest, _day(longest))))
        if cause:
            figures.causes[cause] += people
    waiting = Q(state=ToldPayment.State.WAITING)
    told = ToldPayment.objects.in_region(region).filter(waiting, campaign=campaign)
    active = told.filter(resident__status=Resident.Status.ACTIVE).order_by().values_list("resident__village")
    for village, in_time, late in active.annotate(
        in_time=Count("pk", filter=Q(due_on__gte=today)), late=Count("pk", filter=Q(due_on__lt=today))
    ):
        if village in found:
            found[village].told, found[village].overdue = in_time, late
    pending = Exclusion.objects.in_region(region).filter(campaign=campaign, state=Exclusion.State.PENDING)
    excluded = pending.filter(resident__status=Resident.Status.ACTIVE).order_by().values_list("resident__village")
    for village, people in excluded.annotate(Count("pk")):
        if village in found:
            found[village].review = people
    return found


def roll_up(by_village: Mapping[str, VisitFigures], regions: Iterable[Region]) -> list[tuple[Region, VisitFigures]]:
    """Each region with what its villages add up to, in the regions' order."""
    rows = []
    for region in regions:
        total = VisitFigures()
        for village, figures in by_village.items():
            if village.startswith(region.code):
                total.add(figures)
        rows.append((region, total))
    return rows


def total_of(by_village: Mapping[str, VisitFigures]) -> VisitFigures:
    """What all villages add up to."""
    total = VisitFigures()
    for figures in by_village.values():
        total.add(figures)
    return total


def by_cause(county: str, total: VisitFigures) -> list[tuple[Cause, int]]:
    """The causes that are offered or were named, each with its people; the most frequent first."""
    causes = Cause.objects.filter(county=county)
    rows = [(cause, total.causes[cause.pk]) for cause in causes if total.causes[cause.pk] or not cause.given_up]
    return sorted(rows, key=lambda row: -row[1])


def _tried(campaign: Campaign, region: str, today: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _TRIED,
            {
                "campaign": campaign.pk,
                "year": campaign.year,
                "first": region,
                "beyond": successor(region),
                "quiet": connection.ops.adapt_datetimefield_value(quiet_since(campaign, today)),
                "today": connection.ops.adapt_datefield_value(today),
            },
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _day(instant: datetime | str) -> date:
    """SQLite hands an aggregated instant over as text, in UTC."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant).replace(tzinfo=timezone.get_fixed_timezone(0))
    return timezone.localtime(instant).date()


# Read from the visits, which are fewer than the people: who was never tried is what is left.
_TRIED = """
WITH person AS (
    SELECT visit.resident_id, max(visit.id) AS newest,
        max(CASE WHEN visit.way <> 'records' THEN visit.recorded_at END) AS tried_at,
        max(CASE WHEN visit.cause_id IS NOT NULL THEN visit.id END) AS caused
    FROM collection_visit visit WHERE visit.campaign_id = %(campaign)s GROUP BY visit.resident_id
)
SELECT resident.village_id, caused.cause_id, count(*), count(person.tried_at),
    count(CASE WHEN person.tried_at < %(quiet)s THEN 1 END),
    count(CASE WHEN newest.look_again_on <= %(today)s THEN 1 END),
    min(person.tried_at)
FROM person
JOIN residents_resident resident ON resident.id = person.resident_id
JOIN collection_visit newest ON newest.id = person.newest
LEFT JOIN collection_visit caused ON caused.id = person.caused
WHERE resident.status = 'active' AND resident.village_id >= %(first)s AND resident.village_id < %(beyond)s
AND NOT EXISTS (
    SELECT 1 FROM collection_contribution paid
    WHERE paid.resident_id = resident.id AND paid.year = %(year)s AND paid.ended_at IS NULL
)
GROUP BY resident.village_id, caused.cause_id
"""
