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
from core.amounts import ZERO, yuan
from core.regions.models import Region
from core.regions.names import called
from residents.people.models import InsuredYear, Resident
from residents.people.pinyin import readings
from subsidies.campaigns.models import Campaign
from subsidies.policy.policies import Policy
from subsidies.quotes.benefits import is_newborn
from subsidies.quotes.quote import Quote, QuoteError, quote
from subsidies.quotes.selectors import quote_residents

#: What a member's `marks` add up from.
SPECIAL, LAST_YEAR, NEWBORN, PROMISED = 1, 2, 4, 8


class ListedMember(NamedTuple):
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
    members: list[ListedMember]


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
    facts = _gather(campaign, village, {"village": village, **whose})
    reasons: dict[str, int] = {}
    known: dict[Any, _Says] = {}  # put together once for all who get the same answer
    homes: dict[int, Home] = {}
    for one in facts.people:
        answer = facts.paid.get(one.pk) or facts.quotes[one.pk]
        # Alike people share one quote: that it is the same object is found faster than that it is equal.
        asked: Any = answer if isinstance(answer, Paid) else id(answer)
        if (said := known.get(asked)) is None:
            said = known[asked] = _say(campaign.policy, answer)
        channel, due, says, marks = facts.of(one, said)
        why = reasons.setdefault(says, len(reasons))
        key = one.household_id or -one.pk
        if (home := homes.get(key)) is None:
            home = homes[key] = Home(key, one.number or "", one.head or one.name, [])
        home.members.append(ListedMember(one.pk, one.name, one.id_number[-4:], one.phone, channel, due, why, marks))
    return VillageHomes(list(homes.values()), list(reasons), _closed_today(campaign.policy))


class _Says(NamedTuple):
    """What all who get the same answer have in common, and then what is told of one of them."""

    channel: str
    due: str | None
    why: str
    marks: int


@dataclass(frozen=True)
class _Facts:
    """What decides of everybody in a village, read in a few statements."""

    policy: Policy
    day: date
    people: list[_Person]
    paid: dict[int, "Paid"]
    quotes: dict[int, Quote | QuoteError]
    kept: dict[int, Decimal]
    schools: dict[int, str]
    before: set[int]
    promised: set[int]

    def of(self, one: _Person, said: _Says) -> _Says:
        """What is told of one person, from what is said of all alike."""
        channel, due, says, marks = said
        if one.pk in self.before:
            marks |= LAST_YEAR
        if one.pk in self.promised:
            marks |= PROMISED
        if is_newborn(self.policy, one.birth_date, self.day):
            marks |= NEWBORN
        if due and (school := self.schools.get(one.pk)):
            channel, due, says = "school", None, f"{school}代收，村里不收"
        elif due and (given := self.kept.get(one.pk)):
            due, says = str(max(Decimal(due) - given, ZERO)), f"{says}\n集体资助 {yuan(given)}"
        return _Says(channel, due, says, marks)


def _gather(campaign: Campaign, village: Region, whose: dict[str, Any]) -> _Facts:
    period, among = campaign.policy.period, Resident.objects.filter(**whose)
    day = min(max(clock.today(), period.start), period.end)
    people, paid = [one for one in _people(whose) if one.birth_date <= day], _paid(campaign, whose)
    owing: Any = [one for one in people if one.pk not in paid]
    return _Facts(
        campaign.policy,
        day,
        people,
        paid,
        quote_residents(campaign=campaign, residents=owing, paid_on=day, taking_payment=False, among=among),
        kept_for(campaign=campaign, residents=among.values("pk")),
        collecting_schools(campaign, among.values("pk")),
        _insured_before(campaign, whose),
        promised_for(
            campaign=campaign,
            region=village.pk,
            on=clock.today(),
            among=among.values("pk") if len(whose) > 1 else None,
        ),
    )


def village_words(*, campaign: Campaign, village: Region, found: VillageHomes) -> dict[str, Any]:
    """What the page and the phone hold of a village beside its homes, ready for JSON."""
    usual, surnames = readings(member.name for home in found.homes for member in home.members)
    return {
        "village": village.code,
        "name": called(village.name),
        "year": campaign.year,
        "title": str(campaign),
        "day": clock.today().isoformat(),
        "open": campaign.is_open,
        "closedToday": found.closed_today,
        "readings": usual,
        "surnames": surnames,
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


def as_paid(policy: Policy, member: ListedMember, paid: "Paid") -> tuple[ListedMember, str]:
    """The member as the list shows who has paid, and why; what was known of last year and of the birth still holds."""
    channel, due, says, marks = _say(policy, paid)
    return member._replace(channel=channel, due=due, marks=marks | member.marks & (LAST_YEAR | NEWBORN)), says


def _people(whose: dict[str, Any]) -> list[_Person]:
    active = Resident.objects.filter(**whose, status=Resident.Status.ACTIVE)
    rows = active.order_by("household__number", "household", "pk").values_list(*_COLUMNS)
    return list(map(_Person._make, rows))


class Paid(NamedTuple):
    """What the list tells of a payment, by the names of its columns."""

    channel: str
    amount: Decimal
    category: str
    clause: str
    state: str


def _paid(campaign: Campaign, whose: dict[str, Any]) -> dict[int, Paid]:
    live = Contribution.objects.filter(**_of_residents(whose), year=campaign.year, ended_at__isnull=True)
    rows = live.order_by().values_list("resident_id", *Paid._fields)
    return {row[0]: Paid(*row[1:]) for row in rows}


def _insured_before(campaign: Campaign, whose: dict[str, Any]) -> set[int]:
    """Who was insured in the year before, by the register or by what was collected here."""
    whose = {**_of_residents(whose), "year": campaign.year - 1}
    known = InsuredYear.objects.filter(**whose).values_list("resident_id", flat=True)
    live = Contribution.objects.filter(**whose, ended_at__isnull=True).order_by()
    return {*known, *live.values_list("resident_id", flat=True)}


def _of_residents(whose: dict[str, Any]) -> dict[str, Any]:
    return {f"resident__{field}": value for field, value in whose.items()}


def _say(policy: Policy, answer: Paid | Quote | QuoteError) -> _Says:
    return _Says(*_owes(answer), _why(answer), SPECIAL if _is_special(policy, answer) else 0)


def _owes(answer: Paid | Quote | QuoteError) -> tuple[str, str | None]:
    if isinstance(answer, Paid):
        return answer.channel, None
    return "", None if isinstance(answer, QuoteError) else str(answer.due)


def _is_special(policy: Policy, answer: Paid | Quote | QuoteError) -> bool:
    """Whether a department recognised this person as one who is helped; somebody whose amount is not set is, too."""
    if isinstance(answer, QuoteError):
        return answer.code == "amount_not_set"
    category = policy.category(answer.category)
    return category is not None and not category.ordinary and not category.by_age


def _why(answer: Paid | Quote | QuoteError) -> str:
    if isinstance(answer, QuoteError):
        return str(answer)
    if isinstance(answer, Paid):
        state = Contribution.State(answer.state).label
        return f"{answer.category}，个人缴费 {yuan(answer.amount)}（{answer.clause}）；{state}"
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
