"""Today's list of a village: the facts that the rules ask for, and one tap that says a household was seen."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.utils import timezone

from collection.visits.models import Exclusion, ToldPayment, Visit
from collection.visits.selectors import latest_visits, unpaid
from collection.visits.services import Attempt, record_visit
from collection.visits.todays_list import MOST, Call, LapseCost, Uninsured, Why, todays_list
from core.accounts.models import User
from core.amounts import ZERO
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote
from subsidies.quotes.selectors import insured_years, quote_residents

#: What one tap records: way and result.
TAPS = {
    "home": (Visit.Way.HOME, Visit.Result.UNDECIDED),
    "call": (Visit.Way.CALL, Visit.Result.UNDECIDED),
    "nobody": (Visit.Way.CALL, Visit.Result.NO_ANSWER),
}


@dataclass(frozen=True, slots=True)
class HouseholdToday:
    """A household on today's list. `reasons`: each with the costs that no reason before it had; `first`: the person its
    page is opened by; `phones`: one person a telephone."""

    name: str
    first: Resident
    reasons: tuple[tuple[Why, tuple[LapseCost, ...]], ...]
    phones: tuple[Resident, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """A village's list: what is left of it, and how many households were seen today."""

    left: list[HouseholdToday]
    done: int
    most: int = MOST


def today_of(*, campaign: Campaign, village: Region, today: date) -> Today:
    """The list of a village; the same number of statements for every 2,000 who have not paid."""
    residents = list(unpaid(campaign, village.pk).filter(birth_date__lte=today).select_related("household"))
    last = latest_visits(campaign=campaign, residents=[one.pk for one in residents])
    begins = timezone.make_aware(datetime.combine(today, time.min))
    seen = _seen_since(campaign, village, begins)
    by_household: dict[str, list[Resident]] = {}
    for one in residents:
        by_household.setdefault(household_key(one), []).append(one)
    open_today = [one for one in residents if household_key(one) not in seen]
    people = _people(campaign, open_today, last, today)
    calls = todays_list(campaign.policy, people, today=today, most=MOST - len(seen))
    return Today([_household(call, by_household[call.household]) for call in calls], len(seen))


def household_key(resident: Resident) -> str:
    """Who has no household is one of their own."""
    return f"户{resident.household_id}" if resident.household_id else f"人{resident.pk}"


def tap(*, campaign: Campaign, resident: Resident, tapped: str, key: UUID, actor: User) -> list[Visit]:
    """Record with one tap that a person's household was seen, or that nobody was there. Raise Refused."""
    if tapped not in TAPS:
        raise Refused("请点“已入户”“已通话”或“没联系上”。")
    way, result = TAPS[tapped]
    members = unpaid(campaign, resident.village_id)
    members = (
        members.filter(household=resident.household_id) if resident.household_id else members.filter(pk=resident.pk)
    )
    return record_visit(campaign=campaign, residents=list(members), attempt=Attempt(way, result), key=key, actor=actor)


def _seen_since(campaign: Campaign, village: Region, begins: datetime) -> set[str]:
    """The households with an attempt since then, whether they have paid meanwhile or not."""
    visits = Visit.objects.filter(campaign=campaign, resident__village=village.pk, recorded_at__gte=begins)
    visits = visits.exclude(way=Visit.Way.RECORDS).select_related("resident")
    return {household_key(visit.resident) for visit in visits}


def _people(campaign: Campaign, residents: list[Resident], last: dict[int, Visit], today: date) -> list[Uninsured]:
    ids = [one.pk for one in residents]
    period = campaign.policy.period
    day = min(max(today, period.start), period.end)
    quotes = quote_residents(campaign=campaign, residents=residents, paid_on=day, taking_payment=False)
    years = insured_years(ids)
    told = dict(
        ToldPayment.objects.filter(campaign=campaign, state=ToldPayment.State.WAITING, resident__in=ids).values_list(
            "resident_id", "due_on"
        )
    )
    pending = set(
        Exclusion.objects.filter(campaign=campaign, state=Exclusion.State.PENDING, resident__in=ids).values_list(
            "resident_id", flat=True
        )
    )
    return [
        _person(campaign, one, quotes[one.pk], frozenset(years[one.pk]), last.get(one.pk), told.get(one.pk))
        for one in residents
        if one.pk not in pending
    ]


def _person(
    campaign: Campaign,
    one: Resident,
    answer: Quote | Exception,
    years: frozenset[int],
    visit: Visit | None,
    told_due_on: date | None,
) -> Uninsured:
    owed = answer if isinstance(answer, Quote) else None
    special = owed.category if owed and owed.category in {c.name for c in campaign.policy.recognised} else ""
    return Uninsured(
        id=one.pk,
        household=household_key(one),
        name=one.name,
        birth_date=one.birth_date,
        insured_years=years,
        special=special,
        due=owed.due if owed else None,
        subsidy=owed.subsidy if owed else ZERO,
        last_tried_on=timezone.localtime(visit.recorded_at).date() if visit else None,
        look_again_on=visit.look_again_on if visit else None,
        promised=bool(visit and visit.result == Visit.Result.PROMISED),
        told_due_on=told_due_on,
    )


def _household(call: Call, members: list[Resident]) -> HouseholdToday:
    by_id = {one.pk: one for one in members}
    first = by_id[call.reasons[0].person.id]
    head = first.household.head_name if first.household else ""
    said: set[LapseCost] = set()
    reasons = []
    for why in call.reasons:
        reasons.append((why, tuple(cost for cost in why.costs if cost not in said)))
        said.update(why.costs)
    phones = {one.phone: one for one in members if one.phone}
    return HouseholdToday(head or first.name, first, tuple(reasons), tuple(phones.values()))
