"""Who has left employees' insurance and is insured nowhere: to be won for the residents' insurance, with the days left
and what it costs to let it lapse (西峡 六（一）: residents are those whom employees' insurance does not cover)."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from collection.contributions.models import Contribution
from config import clock
from employees.members.models import Employment, Member
from employees.months import next_month, previous_month
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents


@dataclass(frozen=True)
class Leaver:
    """Somebody to be won. `covered_to`: the last day of employees' cover. `days_left`: until the period ends.

    `due` is what they owe, None where it is not known; `waiting` and `waiting_late` are the months of waiting for who
    pays today, and for who pays after the period.
    """

    member: Member
    resident: Resident
    unit: str
    covered_to: datetime.date
    days_left: int
    due: Decimal | None
    waiting: int | None
    waiting_late: int | None


def to_win(campaign: Campaign, region: str) -> QuerySet[Member]:
    """The members of a region who have no employment any more and have not paid as residents."""
    live = Employment.objects.filter(member=OuterRef("pk")).filter(Q(left__isnull=True) | Q(left__gt=clock.today()))
    paid = Contribution.objects.filter(resident=OuterRef("resident"), year=campaign.year, ended_at__isnull=True)
    rows = Member.objects.filter(~Exists(live), ~Exists(paid), county=campaign.county_id, employments__isnull=False)
    here = Resident.objects.in_region(region).filter(status=Resident.Status.ACTIVE)
    return rows.filter(resident__in=here).distinct().order_by("resident__village_id", "pk")


def leavers(campaign: Campaign, members: list[Member]) -> list[Leaver]:
    """The members with what is to be said to each; some eight statements for every 2,000."""
    last: dict[int, Employment] = {}
    for employment in Employment.objects.filter(member__in=members, left__isnull=False).select_related("unit"):
        known = last.get(employment.member_id)
        if known is None or (known.left or employment.joined) < (employment.left or employment.joined):
            last[employment.member_id] = employment
    rows = Resident.objects.filter(pk__in=[member.resident_id for member in members]).select_related("village__parent")
    people = {resident.pk: resident for resident in rows}
    period, today = campaign.policy.period, clock.today()
    now = quote_residents(campaign=campaign, residents=people.values(), paid_on=today, taking_payment=False)
    after = period.end + datetime.timedelta(days=1)
    late = quote_residents(campaign=campaign, residents=people.values(), paid_on=after, taking_payment=False)
    found = []
    for member in members:
        employment, resident = last[member.pk], people[member.resident_id or 0]
        present, later = now[resident.pk], late[resident.pk]
        first_without = employment.left or next_month(employment.joined)
        found.append(
            Leaver(
                member=member,
                resident=resident,
                unit=employment.unit.name if employment.unit else "灵活就业",
                covered_to=next_month(previous_month(first_without)) - datetime.timedelta(days=1),
                days_left=max((period.end - today).days, 0),
                due=None if isinstance(present, QuoteError) else present.due,
                waiting=_waiting(present),
                waiting_late=_waiting(later),
            )
        )
    return found


def _waiting(quote: Quote | QuoteError) -> int | None:
    return None if isinstance(quote, QuoteError) else quote.waiting_months
