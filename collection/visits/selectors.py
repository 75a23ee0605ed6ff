"""Who is not insured yet, how far one is with them, and what was tried."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from collection.contributions.models import Contribution
from collection.visits import rules
from collection.visits.models import Cause, Exclusion, ToldPayment, Visit, VisitTerms
from core.database.bulk import chunks
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

Way, Result = Visit.Way, Visit.Result
ATTEMPTED = ~Q(way=Way.RECORDS)
#: What the ledger can be narrowed to.
STANDINGS = {
    "all": "全部未参保",
    "never": "从未联系",
    "quiet": "久未联系",
    "uncaused": "未登记原因",
    "due": "到期应再联系",
    "promised": "答应缴费",
    "told": "自述已缴，等税务清单",
    "overdue": "自述已缴，逾期未到",
    "review": "核减待审核",
}


def terms_of(county: str) -> VisitTerms:
    """The days that the county set, or the defaults."""
    return VisitTerms.objects.filter(county=county).first() or VisitTerms(county_id=county)


def causes_of(county: str) -> QuerySet[Cause]:
    """The causes that are offered."""
    return Cause.objects.filter(county=county, given_up=False)


def unpaid(campaign: Campaign, region: str) -> QuerySet[Resident]:
    """The people of a region who are to be insured and are not."""
    paid = Contribution.objects.filter(year=campaign.year, resident=OuterRef("pk"), ended_at__isnull=True)
    return Resident.objects.in_region(region).filter(status=Resident.Status.ACTIVE).exclude(Exists(paid))


def latest_visits(*, campaign: Campaign, residents: Iterable[int]) -> dict[int, Visit]:
    """Resident id → the latest visit; two statements for every 2,000."""
    found: dict[int, Visit] = {}
    for chunk in chunks(residents):
        rows = Visit.objects.filter(campaign=campaign, resident__in=chunk).order_by()
        last = rows.values("resident").annotate(last=Max("pk")).values_list("last", flat=True)
        visits = Visit.objects.filter(pk__in=list(last)).select_related("cause", "recorded_by", "evidence")
        found |= {visit.resident_id: visit for visit in visits}
    return found


def latest_causes(*, campaign: Campaign, residents: Iterable[int]) -> dict[int, Visit]:
    """Resident id → the visit that named the cause which holds: a later attempt without one leaves it as it was."""
    found: dict[int, Visit] = {}
    for chunk in chunks(residents):
        rows = Visit.objects.filter(campaign=campaign, resident__in=chunk, cause__isnull=False).order_by()
        last = rows.values("resident").annotate(last=Max("pk")).values_list("last", flat=True)
        visits = Visit.objects.filter(pk__in=list(last)).select_related("cause", "recorded_by", "evidence")
        found |= {visit.resident_id: visit for visit in visits}
    return found


def attempts_of(*, campaign: Campaign, residents: Iterable[int]) -> dict[int, int]:
    """Resident id → how often somebody tried."""
    found: dict[int, int] = {}
    for chunk in chunks(residents):
        rows = Visit.objects.filter(ATTEMPTED, campaign=campaign, resident__in=chunk).order_by()
        found |= dict(rows.values_list("resident").annotate(Count("pk")))
    return found


def visits_of(*, campaign: Campaign, residents: Iterable[int] | QuerySet[Any]) -> QuerySet[Visit]:
    """Everything that was tried with these people this year, the newest first."""
    rows = Visit.objects.filter(campaign=campaign, resident__in=residents)
    return rows.select_related("resident", "cause", "recorded_by", "evidence", "exclusion", "told_payment")


def promised_for(*, campaign: Campaign, region: str, on: date, among: QuerySet[Any, Any] | None = None) -> set[int]:
    """The residents not insured yet who promised to pay on this day or before it, by the latest that was heard;
    `among`: of these alone, by their keys."""
    newer = Visit.objects.filter(campaign=campaign, resident=OuterRef("resident"), pk__gt=OuterRef("pk"))
    rows = Visit.objects.in_region(region).filter(campaign=campaign, result=Result.PROMISED, look_again_on__lte=on)
    owing = unpaid(campaign, region)
    owing = owing if among is None else owing.filter(pk__in=among)
    rows = rows.filter(~Exists(newer), resident__in=owing.values("pk"))
    return set(rows.values_list("resident_id", flat=True))


def told_waiting(*, campaign: Campaign, residents: Iterable[int]) -> dict[int, ToldPayment]:
    """Resident id → the self-payment that was told of and is waited for."""
    rows = ToldPayment.objects.filter(
        campaign=campaign, state=ToldPayment.State.WAITING, resident__in=list(residents)
    ).select_related("visit")
    return {told.resident_id: told for told in rows}


def due_again(*, campaign: Campaign, region: str, on: date) -> QuerySet[Visit]:
    """The newest visit of each person not insured yet who is to be looked at again by this day."""
    newer = Visit.objects.filter(campaign=campaign, resident=OuterRef("resident"), pk__gt=OuterRef("pk"))
    due = Visit.objects.in_region(region).filter(campaign=campaign, look_again_on__lte=on)
    paid = Contribution.objects.filter(year=campaign.year, resident=OuterRef("resident"), ended_at__isnull=True)
    active = due.filter(resident__status=Resident.Status.ACTIVE)
    return active.filter(~Exists(newer), ~Exists(paid))


def people(
    *, campaign: Campaign, region: str, today: date, standing: str = "all", cause: int = 0
) -> QuerySet[Resident]:
    """The people of the ledger, village by village and household by household.

    Each carries `last_tried` (an instant or None), `cause_id`, `look_again_on` and `last_result`.
    """
    visits = Visit.objects.filter(campaign=campaign, resident=OuterRef("pk"))
    tried = visits.filter(ATTEMPTED).order_by().values("resident")
    rows: QuerySet[Any] = unpaid(campaign, region).annotate(
        last_tried=Subquery(tried.annotate(at=Max("recorded_at")).values("at")),
        cause_id=Subquery(visits.filter(cause__isnull=False).order_by("-pk").values("cause")[:1]),
        look_again_on=Subquery(visits.order_by("-pk").values("look_again_on")[:1]),
        last_result=Subquery(visits.order_by("-pk").values("result")[:1]),
    )
    if cause:
        rows = rows.filter(cause_id=cause)
    rows = _of_standing(rows, campaign, standing, today)
    return rows.select_related("village__parent", "household").order_by("village_id", "household__number", "pk")


def _of_standing(rows: QuerySet[Any], campaign: Campaign, standing: str, today: date) -> QuerySet[Any]:
    told = ToldPayment.objects.filter(campaign=campaign, resident=OuterRef("pk"), state=ToldPayment.State.WAITING)
    if standing == "never":
        return rows.filter(last_tried__isnull=True)
    if standing == "quiet":
        return rows.filter(last_tried__lt=quiet_since(campaign, today))
    if standing == "uncaused":
        return rows.filter(cause_id__isnull=True)
    if standing == "due":
        return rows.filter(look_again_on__lte=today)
    if standing == "promised":
        return rows.filter(last_result=Result.PROMISED)
    if standing == "told":
        return rows.filter(Exists(told.filter(due_on__gte=today)))
    if standing == "overdue":
        return rows.filter(Exists(told.filter(due_on__lt=today)))
    if standing == "review":
        pending = Exclusion.objects.filter(campaign=campaign, resident=OuterRef("pk"), state=Exclusion.State.PENDING)
        return rows.filter(Exists(pending))
    return rows


def quiet_since(campaign: Campaign, today: date) -> datetime:
    """Who was last tried before this instant has not been tried for longer than the county's days."""
    day = rules.quiet_before(today, terms_of(campaign.county_id).quiet_days)
    return timezone.make_aware(datetime.combine(day, time.min))
