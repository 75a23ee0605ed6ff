"""特殊群体: who is to be insured by a department's marks, who is, and who is not yet and why."""

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from collection.contributions.models import Contribution
from collection.visits.models import Visit
from collection.visits.selectors import latest_causes, latest_visits
from config import clock
from core.amounts import yuan
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Insured(TypedDict):
        is_insured: bool

    #: A department's mark of somebody, with whether they are insured in the year.
    Mark = WithAnnotations[Identity, _Insured]

STANDINGS = {"missing": "未参保", "insured": "已参保", "left": "核减", "all": "应保"}
_ACTIVE = Q(resident__status=Resident.Status.ACTIVE)


@dataclass(frozen=True)
class CategoryGroup:
    """One category in a region: people to be insured (应保, without those who left), insured, and those who left."""

    category: str
    department: str
    to_insure: int
    insured: int
    left: int
    goal: Decimal = Decimal(1)

    @property
    def is_reached(self) -> bool:
        """Whether the share of its people that a notice asks for is insured; nobody to insure is reached."""
        return self.insured >= self.goal * self.to_insure

    @property
    def to_goal(self) -> int:
        """How many more people have to be insured."""
        return max(math.ceil(self.goal * self.to_insure) - self.insured, 0)

    @property
    def goal_text(self) -> str:
        return f"{(self.goal * 100).normalize():f}%"

    @property
    def missing(self) -> int:
        return self.to_insure - self.insured

    @property
    def rate(self) -> str:
        return f"{self.insured / self.to_insure:.1%}" if self.to_insure else "—"


def marks(campaign: Campaign, region: str, *, department: str = "") -> "QuerySet[Mark]":
    """The live marks of the county's policy in a region, with `is_insured`; one row a person and category."""
    kinds = [c.name for c in campaign.policy.recognised if not department or c.department == department]
    paid = Contribution.objects.filter(resident=OuterRef("resident"), year=campaign.year, ended_at__isnull=True)
    live = Identity.objects.in_region(region).filter(kind__in=kinds, ended_on__isnull=True, withdrawn_at__isnull=True)
    return live.annotate(is_insured=Exists(paid))


def groups(*, campaign: Campaign, region: str, department: str = "") -> list[CategoryGroup]:
    """Every category of the policy (of one department) in a region; one query."""
    counted = {
        row["kind"]: row
        for row in marks(campaign, region, department=department)
        .order_by()
        .values("kind")
        .annotate(
            n_to_insure=Count("pk", filter=_ACTIVE),
            n_insured=Count("pk", filter=_ACTIVE & Q(is_insured=True)),
            n_left=Count("pk", filter=~_ACTIVE),
        )
    }
    none = {"n_to_insure": 0, "n_insured": 0, "n_left": 0}
    return [
        CategoryGroup(
            c.name,
            c.department,
            row["n_to_insure"],
            row["n_insured"],
            row["n_left"],
            campaign.policy.targets.special if c.goal is None else c.goal,
        )
        for c in campaign.policy.recognised
        if not department or c.department == department
        for row in [counted.get(c.name, none)]
    ]


def distinct_people(*, campaign: Campaign, region: str, department: str = "") -> dict[str, int]:
    """How many people the marks belong to, each counted once: {"to_insure", "insured"}."""
    rows = marks(campaign, region, department=department).filter(_ACTIVE)
    return rows.order_by().aggregate(
        to_insure=Count("resident", distinct=True),
        insured=Count("resident", distinct=True, filter=Q(is_insured=True)),
    )


def people(
    *, campaign: Campaign, region: str, department: str = "", category: str = "", standing: str = "all"
) -> "QuerySet[Mark]":
    """The marks by name, village by village."""
    rows = marks(campaign, region, department=department)
    if category:
        rows = rows.filter(kind=category)
    if standing == "left":
        rows = rows.exclude(_ACTIVE)
    elif standing != "all":
        rows = rows.filter(_ACTIVE, is_insured=standing == "insured")
    else:
        rows = rows.filter(_ACTIVE)
    return rows.select_related("resident__village").order_by(F("resident__village_id"), "resident_id", "kind")


def with_reasons(campaign: Campaign, rows: "Iterable[Mark]") -> "list[tuple[Mark, Visit | None, Visit | None, str]]":
    """Each mark with the visit that named the cause, the latest visit, and what there is to do; six queries, however
    many rows."""
    rows = list(rows)
    waiting = {row.resident_id: row.resident for row in rows if not row.is_insured}
    causes = latest_causes(campaign=campaign, residents=waiting)
    last = latest_visits(campaign=campaign, residents=waiting)
    owed = quote_residents(campaign=campaign, residents=waiting.values(), paid_on=clock.today(), taking_payment=False)
    return [
        (row, causes.get(row.resident_id), last.get(row.resident_id), _standing(row, owed.get(row.resident_id)))
        for row in rows
    ]


def due_again(*, campaign: Campaign, region: str, on: datetime.date, department: str) -> QuerySet[Visit]:
    """The newest visit of each of a department's people not insured who is to be looked at again by this day.

    Asked from the few visits on record, not from the many marks: every first page of a department shows it.
    """
    newer = Visit.objects.filter(campaign=campaign, resident=OuterRef("resident"), pk__gt=OuterRef("pk"))
    missing = marks(campaign, region, department=department).filter(_ACTIVE, resident=OuterRef("resident"))
    due = Visit.objects.in_region(region).filter(campaign=campaign, look_again_on__lte=on)
    return due.filter(~Exists(newer), Exists(missing.filter(is_insured=False)))


def _standing(row: "Mark", owed: Quote | QuoteError | None) -> str:
    if row.resident.status != Resident.Status.ACTIVE:
        return row.resident.get_status_display()
    if row.is_insured:
        return "已参保"
    if isinstance(owed, QuoteError):
        return owed.message
    assert owed is not None  # noqa: S101 - everybody who waits was asked for above
    return f"应缴 {yuan(owed.due)}，未缴" if owed.due else "全额资助，待免缴参保"
