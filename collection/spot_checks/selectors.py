"""From whom one draws, and what came of the draws."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from collection.contributions.models import Contribution
from collection.spot_checks.models import SpotCheck, SpotCheckCase, SpotCheckPerson
from core.accounts.models import User
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

Reached, State = SpotCheckPerson.Reached, SpotCheckCase.State
PENDING = (State.OPEN, State.EXPLAINED)


def populations(*, campaign: Campaign, village: str) -> tuple[dict[int, int], set[int]]:
    """(resident → contribution of those who paid, residents who have not). Who owes nothing was not asked for money
    and is in neither."""
    rows = Contribution.objects.filter(year=campaign.year, ended_at__isnull=True)
    active = set(Resident.objects.filter(village=village, status=Resident.Status.ACTIVE).values_list("pk", flat=True))
    live = dict(rows.filter(resident__village=village).values_list("resident_id", "channel"))
    paying = rows.filter(resident__village=village).exclude(channel=Contribution.Channel.FREE)
    paid = {resident: pk for resident, pk in paying.values_list("resident_id", "pk") if resident in active}
    return paid, active - live.keys()


@dataclass(frozen=True, slots=True)
class Result:
    """What the draws of a region have shown: people drawn and reached, differences found and still open."""

    drawn: int
    reached: int
    differing: int
    pending: int


def result_of(*, campaign: Campaign, region: str) -> Result | None:
    """What the draws of a region have shown; None where none was drawn. Two statements."""
    people = SpotCheckPerson.objects.in_region(region).filter(check_of__campaign=campaign)
    counted = people.aggregate(drawn=Count("pk"), reached=Count("pk", filter=Q(reached=Reached.REACHED)))
    if not counted["drawn"]:
        return None
    cases = SpotCheckCase.objects.in_region(region).filter(person__check_of__campaign=campaign)
    found = cases.exclude(state=State.WITHDRAWN).aggregate(
        differing=Count("pk"), pending=Count("pk", filter=Q(state__in=PENDING))
    )
    return Result(**counted, **found)


def checks_of(*, user: User, campaign: Campaign) -> QuerySet[SpotCheck]:
    """The draws of the user's region, with how far each is."""
    rows = SpotCheck.objects.for_user(user).filter(campaign=campaign).defer("paid_from", "unpaid_from")
    counted: QuerySet[SpotCheck] = rows.select_related("village__parent", "drawn_by").annotate(
        drawn=Count("people", distinct=True),
        reached=Count("people", filter=Q(people__reached=Reached.REACHED), distinct=True),
        differing=Count("people__cases", filter=~Q(people__cases__state=State.WITHDRAWN), distinct=True),
        pending=Count("people__cases", filter=Q(people__cases__state__in=PENDING), distinct=True),
    )
    return counted.order_by("-pk")


def cases_of(*, user: User, campaign: Campaign, state: str) -> QuerySet[SpotCheckCase]:
    """The differences of the user's region in this state, or those that wait."""
    rows = SpotCheckCase.objects.for_user(user).filter(person__check_of__campaign=campaign)
    rows = rows.filter(state=state) if state in State.values else rows.filter(state__in=PENDING)
    return rows.select_related("person__resident", "person__check_of", "village__parent", "explained_by", "closed_by")
