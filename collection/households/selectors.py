"""A village as households: who belongs to each, what everybody owes and why, and who has paid. A constant number of
statements; nothing in it is a whole identity number or a birth date, so that it may be kept on a phone.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from collection.cash.selectors import Part, where_banked
from collection.contributions.models import Contribution
from collection.gifts.selectors import kept_for
from collection.schools.models import collecting_schools
from collection.visits.models import Visit
from collection.visits.selectors import promised_for, visits_of
from config import clock
from core.amounts import ZERO
from core.regions.models import Region
from residents.people.models import InsuredYear, Resident
from residents.people.pinyin import readings
from subsidies.campaigns.models import Campaign
from subsidies.policy.policies import Policy
from subsidies.quotes.benefits import is_newborn
from subsidies.quotes.quote import Quote, QuoteError, quote
from subsidies.quotes.selectors import quote_residents

#: What a member's `marks` add up from.
SPECIAL, LAST_YEAR, NEWBORN, PROMISED = 1, 2, 4, 8


class Member(NamedTuple):
    """One person, as short as the page needs: `tail` is the end of the number, `why` a place in the list of reasons.

    `due` is None for somebody who has paid or whose quote has no answer; `channel` is "" for who has not paid.
    """

    pk: int
    name: str
    tail: str
    phone: str
    channel: str
    due: str | None
    why: int
    marks: int


class Home(NamedTuple):
    """A household, or (`pk` negative: the person's) somebody without one."""

    pk: int
    number: str
    head: str
    members: list[Member]


class _Person(NamedTuple):
    pk: int
    name: str
    id_number: str
    birth_date: date
    phone: str
    household_id: int | None
    number: str | None
    head: str | None


MOST_VISITS = 20
_COLUMNS = (
    "pk",
    "name",
    "id_number",
    "birth_date",
    "phone",
    "household_id",
    "household__number",
    "household__head_name",
)


@dataclass(frozen=True)
class Card:
    """A home for its own page: members with their reasons and payments, its slips, and what was tried with them."""

    home: Home
    members: list["CardMember"]
    slips: list[Part]
    visits: list[Visit]

    @property
    def due(self) -> Decimal:
        return sum((member.due for member in self.members if member.due), ZERO)

    @property
    def unpaid(self) -> int:
        return sum(member.owes for member in self.members)


@dataclass(frozen=True)
class CardMember:
    """One person of a card; `paid` is the live payment of the year, if there is one."""

    resident: Resident
    due: Decimal | None
    marks: int
    why: list[str]
    paid: Contribution | None

    @property
    def owes(self) -> bool:
        return self.paid is None and self.due != ZERO


@dataclass(frozen=True)
class VillageHomes:
    """The homes of a village by number, the reasons that members point to, and why nothing may be taken today ("")."""

    homes: list[Home]
    reasons: list[str]
    closed_today: str

    @property
    def people(self) -> int:
        return sum(len(home.members) for home in self.homes)


def village_homes(*, campaign: Campaign, village: Region, **whose: Any) -> VillageHomes:
    """Everybody on the register of the village, by household; `whose` narrows it to some of its residents."""
    policy, whose = campaign.policy, {"village": village, **whose}
    people = _people(whose)
    paid = _paid(campaign, whose)
    day = min(max(clock.today(), policy.period.start), policy.period.end)
    owing: Any = [one for one in people if one.pk not in paid and one.birth_date <= day]
    quotes = quote_residents(campaign=campaign, residents=owing, paid_on=day, taking_payment=False)
    kept = kept_for(campaign=campaign, residents=[one.pk for one in owing])
    schools = collecting_schools(campaign, [one.pk for one in owing])
    before = _insured_before(campaign, whose)
    promised = promised_for(campaign=campaign, region=village.pk, on=clock.today())
    reasons: dict[str, int] = {}
    sentences: dict[Any, str] = {}  # put together once for all who get the same answer
    homes: dict[int, Home] = {}
    for one in people:
        if one.birth_date > day:
            continue
        answer = paid.get(one.pk) or quotes[one.pk]
        marks = LAST_YEAR if one.pk in before else 0
        marks |= NEWBORN if is_newborn(policy, one.birth_date, day) else 0
        marks |= SPECIAL if _is_special(policy, answer) else 0
        marks |= PROMISED if one.pk in promised else 0
        channel, due = _owes(answer)
        asked: Any = answer.reasons if isinstance(answer, Quote) else answer
        if (says := sentences.get(asked)) is None:
            says = sentences[asked] = _why(answer)
        if due and (school := schools.get(one.pk)):
            channel, due, says = "school", None, f"{school}代收，村里不收"
        elif due and (given := kept.get(one.pk)):
            due, says = str(max(Decimal(due) - given, ZERO)), f"{says}\n集体资助 {given} 元"
        why = reasons.setdefault(says, len(reasons))
        member = Member(one.pk, one.name, one.id_number[-4:], one.phone, channel, due, why, marks)
        home = homes.setdefault(
            one.household_id or -one.pk, Home(one.household_id or -one.pk, one.number or "", one.head or one.name, [])
        )
        home.members.append(member)
    return VillageHomes(list(homes.values()), list(reasons), _closed_today(policy))


def page_data(*, campaign: Campaign, village: Region) -> dict[str, Any]:
    """What the page and the phone hold of a village, ready for JSON."""
    found = village_homes(campaign=campaign, village=village)
    usual, surnames = readings(member.name for home in found.homes for member in home.members)
    return {
        "village": village.code,
        "name": village.name,
        "year": campaign.year,
        "title": str(campaign),
        "day": clock.today().isoformat(),
        "open": campaign.is_open,
        "closedToday": found.closed_today,
        "readings": usual,
        "surnames": surnames,
        "reasons": found.reasons,
        "homes": found.homes,
    }


def home_card(*, campaign: Campaign, village: Region, **whose: Any) -> Card | None:
    """One household (`household__pk=pk`) or one person without any (`pk=pk`); None where nobody is on the register."""
    found = village_homes(campaign=campaign, village=village, **whose)
    if not found.homes:
        return None
    home = found.homes[0]
    residents = Resident.objects.in_bulk([member.pk for member in home.members])
    live = Contribution.objects.filter(resident__in=residents, year=campaign.year, ended_at__isnull=True)
    paid = {one.resident_id: one for one in live.select_related("receipt", "ledger_row", "recorded_by")}
    members = [
        CardMember(
            residents[member.pk],
            None if member.due is None else Decimal(member.due),
            member.marks,
            found.reasons[member.why].split("\n"),
            paid.get(member.pk),
        )
        for member in home.members
    ]
    cash = [one for one in where_banked(residents=residents.values()) if one.cash.campaign_id == campaign.pk]
    return Card(home, members, cash, list(visits_of(campaign=campaign, residents=list(residents))[:MOST_VISITS]))


def _people(whose: dict[str, Any]) -> list[_Person]:
    active = Resident.objects.filter(**whose, status=Resident.Status.ACTIVE)
    rows = active.order_by("household__number", "household", "pk").values_list(*_COLUMNS)
    return [_Person(*row) for row in rows]


class _Paid(NamedTuple):
    channel: str
    amount: Decimal
    category: str
    clause: str
    state: str


def _paid(campaign: Campaign, whose: dict[str, Any]) -> dict[int, _Paid]:
    live = Contribution.objects.filter(**_of_residents(whose), year=campaign.year, ended_at__isnull=True)
    rows = live.order_by().values_list("resident_id", "channel", "amount", "category", "clause", "state")
    return {resident: _Paid(*row) for resident, *row in rows}


def _insured_before(campaign: Campaign, whose: dict[str, Any]) -> set[int]:
    """Who was insured in the year before, by the register or by what was collected here."""
    whose = {**_of_residents(whose), "year": campaign.year - 1}
    known = InsuredYear.objects.filter(**whose).values_list("resident_id", flat=True)
    live = Contribution.objects.filter(**whose, ended_at__isnull=True).order_by()
    return {*known, *live.values_list("resident_id", flat=True)}


def _of_residents(whose: dict[str, Any]) -> dict[str, Any]:
    return {f"resident__{field}": value for field, value in whose.items()}


def _owes(answer: _Paid | Quote | QuoteError) -> tuple[str, str | None]:
    if isinstance(answer, _Paid):
        return answer.channel, None
    return "", None if isinstance(answer, QuoteError) else str(answer.due)


def _is_special(policy: Policy, answer: _Paid | Quote | QuoteError) -> bool:
    """Whether a department recognised this person as one who is helped; somebody whose amount is not set is, too."""
    if isinstance(answer, QuoteError):
        return answer.code == "amount_not_set"
    category = policy.category(answer.category)
    return category is not None and not category.ordinary and not category.by_age


def _why(answer: _Paid | Quote | QuoteError) -> str:
    if isinstance(answer, QuoteError):
        return str(answer)
    if isinstance(answer, _Paid):
        state = Contribution.State(answer.state).label
        return f"{answer.category}，个人缴费 {answer.amount} 元（{answer.clause}）；{state}"
    return "\n".join(f"{reason.says}（{reason.source}）" for reason in answer.reasons)


def _closed_today(policy: Policy) -> str:
    """Why nobody can pay today, for an adult without a mark; "" where they can."""
    today = clock.today()
    if today > policy.period.end:
        return f"集中征缴期已于 {policy.period.end} 结束，新生儿等可以补缴的人员照常登记。"
    try:
        quote(policy, birth_date=date(1970, 1, 1), paid_on=today)
    except QuoteError as error:
        return f"{error}。"
    return ""
