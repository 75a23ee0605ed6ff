"""What pages ask about schools: how far each is, whose pupils are where, and who stands in two schools."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from collection.contributions.models import Contribution
from collection.schools.models import ClassList, ClassRow, Pupil, School
from core.accounts.models import User
from core.amounts import ZERO
from core.database.money import YuanSum
from subsidies.campaigns.models import Campaign

State = Pupil.State


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """Where a school stands. `insured`: with a contribution of the year, wherever paid; `elsewhere`: not of this
    county; `in_hand`: collected and not with the tax bureau yet, since `since`; `to_pay`: without what goes back."""

    school: School
    pupils: int
    known: int
    insured: int
    claimed: int
    collected: int
    give_back: int
    in_hand: Decimal
    to_pay: Decimal
    since: date | None

    @property
    def elsewhere(self) -> int:
        return self.pupils - self.known

    @property
    def uninsured(self) -> int:
        return self.known - self.insured

    @property
    def rate(self) -> str:
        return f"{100 * self.insured / self.known:.1f}%" if self.known else "—"


def pupils_of(*, user: User, campaign: Campaign) -> QuerySet[Any]:
    """Return the pupils of the schools this user sees, each with whether they are insured."""
    live = Contribution.objects.filter(resident=OuterRef("resident"), year=campaign.year, ended_at__isnull=True)
    mine = Pupil.objects.for_user(user).filter(campaign=campaign).exclude(state=State.LEFT)
    rows: QuerySet[Any] = mine.annotate(insured=Exists(live))
    return rows


def school_lines(*, user: User, campaign: Campaign) -> list[SchoolLine]:
    """Return every school of the region and how far it is; two statements."""
    counted = pupils_of(user=user, campaign=campaign).order_by().values("school")
    sums: dict[int, Mapping[str, Any]] = {
        row["school"]: row
        for row in counted.annotate(
            pupils=Count("pk"),
            known=Count("resident"),
            covered=Count("pk", filter=Q(insured=True)),
            claimed=Count("pk", filter=Q(state=State.CLAIMED)),
            collected=Count("pk", filter=Q(state=State.COLLECTED)),
            back=Count("pk", filter=Q(state=State.GIVE_BACK)),
            money=YuanSum("amount", filter=Q(state__in=(State.COLLECTED, State.GIVE_BACK))),
            to_pay=YuanSum("amount", filter=Q(state=State.COLLECTED)),
            since=Min("collected_on", filter=Q(state=State.COLLECTED)),
        )
    }
    schools = School.objects.for_user(user).filter(closed_at__isnull=True).select_related("region")
    return [_line(school, sums.get(school.pk, {})) for school in schools.order_by("region_id", "name")]


def _line(school: School, row: Mapping[str, Any]) -> SchoolLine:
    return SchoolLine(
        school,
        pupils=row.get("pupils", 0),
        known=row.get("known", 0),
        insured=row.get("covered", 0),
        claimed=row.get("claimed", 0),
        collected=row.get("collected", 0),
        give_back=row.get("back", 0),
        in_hand=row.get("money") or ZERO,
        to_pay=row.get("to_pay") or ZERO,
        since=row.get("since"),
    )


def classes_of(*, user: User, campaign: Campaign, school: School) -> list[Any]:
    """Return [{class_name, pupils, insured, collected}] of a school; one statement."""
    rows = pupils_of(user=user, campaign=campaign).filter(school=school).order_by("class_name").values("class_name")
    return list(
        rows.annotate(
            pupils=Count("pk"),
            known=Count("resident"),
            covered=Count("pk", filter=Q(insured=True)),
            collected=Count("pk", filter=Q(state=State.COLLECTED)),
        )
    )


def in_two_schools(*, user: User, campaign: Campaign) -> QuerySet[Pupil]:
    """Return the pupils who stand in more than one school of the region, those of one person together."""
    mine = Pupil.objects.for_user(user).filter(campaign=campaign).exclude(state=State.LEFT)
    twice = mine.filter(resident__isnull=False).order_by().values("resident").annotate(n=Count("pk")).filter(n__gt=1)
    rows = mine.filter(resident__in=twice.values("resident"))
    return rows.select_related("school", "resident__village__parent").order_by("resident_id", "school_id")


def row_counts(class_list: ClassList) -> list[tuple[str, str, int]]:
    """Return (outcome, label, rows) of a list."""
    found = dict(class_list.rows.order_by().values_list("outcome").annotate(Count("pk")))
    return [(o.value, str(o.label), found[o.value]) for o in ClassRow.Outcome if o.value in found]
