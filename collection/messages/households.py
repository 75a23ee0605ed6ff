"""Who is to be reminded: unpaid people by household, what they owe, and the telephone that reaches them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from collection.contributions.models import Contribution
from collection.gifts.selectors import kept_for
from config import clock
from core.amounts import ZERO
from core.database.bulk import chunks
from core.messages.texts import is_mobile
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents

#: Nobody younger is written to.
ADULT = 18


@dataclass
class UnpaidHousehold:
    """The people of one household who have not paid; `due` is what they owe together."""

    key: str
    village: str
    people: list[Resident] = field(default_factory=list)
    due: Decimal = ZERO
    #: Who is written to, and the number; none where nobody of the household has a mobile telephone.
    to: Resident | None = None


def unpaid(campaign: Campaign) -> QuerySet[Resident]:
    """The people on the register without a live contribution for the year."""
    paid = Contribution.objects.filter(resident=OuterRef("pk"), year=campaign.year, ended_at__isnull=True)
    return Resident.objects.filter(~Exists(paid), status=Resident.Status.ACTIVE)


def households_to_remind(*, campaign: Campaign, people: QuerySet[Resident]) -> tuple[list[UnpaidHousehold], int]:
    """Unpaid people who owe something, by household, and how many whose amount is not known. Some five statements for
    every 2,000 people."""
    found: dict[str, UnpaidHousehold] = {}
    unquoted = 0
    everyone = list(people.order_by("village_id", "household_id", "birth_date", "pk"))
    quotes = quote_residents(campaign=campaign, residents=everyone, paid_on=clock.today(), taking_payment=False)
    kept = kept_for(campaign=campaign, residents=[resident.pk for resident in everyone])
    for resident in everyone:
        quote = quotes[resident.pk]
        if isinstance(quote, QuoteError):
            unquoted += 1
        elif due := max(quote.due - kept.get(resident.pk, ZERO), ZERO):
            key = f"h{resident.household_id}" if resident.household_id else f"r{resident.pk}"
            household = found.setdefault(key, UnpaidHousehold(key, resident.village_id))
            household.people.append(resident)
            household.due += due
    reached = telephones(resident for household in found.values() for resident in household.people)
    for household in found.values():
        household.to = reached.get(household.people[0].pk)
    return list(found.values()), unquoted


def telephones(people: Iterable[Resident]) -> dict[int, Resident]:
    """Resident → who of the household is written to about them: the head, then the oldest grown-up with a telephone;
    those without a household by their own number. Two statements for every 2,000 households."""
    people = list(people)
    homes = {resident.household_id for resident in people if resident.household_id}
    chosen: dict[int, Resident] = {}
    for chunk in chunks(homes):
        members = Resident.objects.filter(household_id__in=chunk, status=Resident.Status.ACTIVE).exclude(phone="")
        for resident in members.select_related("household").order_by("birth_date", "pk"):
            home = resident.household
            if home is None or not _can_be_written_to(resident):
                continue
            if home.pk not in chosen or home.head_name == resident.name != chosen[home.pk].name:
                chosen[home.pk] = resident
    answers = {}
    for resident in people:
        own = resident if _can_be_written_to(resident) else None
        to = chosen.get(resident.household_id or 0) or own
        if to:
            answers[resident.pk] = to
    return answers


def _can_be_written_to(resident: Resident) -> bool:
    return is_mobile(resident.phone) and clock.today().year - resident.birth_date.year >= ADULT


def still_unpaid(campaign: Campaign, residents: Collection[int]) -> UnpaidHousehold | None:
    """The household that these people are of, as it stands at this moment; None where nobody of it owes anything."""
    homes = set(Resident.objects.filter(pk__in=residents).values_list("household_id", flat=True))
    people = unpaid(campaign)
    people = people.filter(household_id__in=homes) if homes - {None} else people.filter(pk__in=residents)
    found, _ = households_to_remind(campaign=campaign, people=people)
    return found[0] if found else None
