"""The rounds: which households pay on which day, into which receipts."""

import datetime
import random
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.receipts.books import issue_book, register_book
from collection.receipts.services import ReceiptUse, use_receipts
from core.accounts.models import User
from core.regions.models import Region
from demo.county import COUNTY, SEED, VILLAGE
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Recognition, quote
from subsidies.rosters.models import Identity

FIRST_DAY, LAST_DAY = datetime.date(2024, 9, 28), datetime.date(2024, 10, 25)
RECEIPTS_A_VILLAGE = 3000
#: On how many days a village goes round.
STOPS = 4
#: What share of villages banks its cash late, and what share has not begun.
LATE, IDLE = 0.08, 0.007


@dataclass
class Plan:
    """How one village goes about it: on which days households pay, and how soon the cash is banked."""

    code: str
    late: bool
    days: dict[datetime.date, list[list[Resident]]] = field(default_factory=lambda: defaultdict(list))
    next_receipt: int = 0
    oldest: datetime.date | None = None


def villages() -> list[str]:
    rows = Region.objects.filter(level=Region.Level.VILLAGE, code__startswith=COUNTY).order_by("code")
    return list(rows.values_list("code", flat=True))


def plan_village(code: str) -> Plan:
    chance = random.Random(f"{SEED}:plan:{code}")
    plan = Plan(code, late=chance.random() < LATE)
    if chance.random() < IDLE and code != VILLAGE:
        return plan
    households = defaultdict(list)
    for resident in Resident.objects.filter(village_id=code).select_related("household").order_by("pk"):
        households[resident.household_id].append(resident)
    # The printed village leaves people to whoever tries the demo.
    reach = 0.55 if code == VILLAGE else chance.uniform(0.7, 0.99)
    span = (LAST_DAY - FIRST_DAY).days
    stops = sorted(chance.sample(range(span + 1), STOPS))
    for members in households.values():
        if chance.random() < reach:
            stop = stops[chance.randrange(STOPS)]
            plan.days[FIRST_DAY + datetime.timedelta(days=stop)].append(members)
    return plan


def issue_books(campaign: Campaign, townships: dict[str, list[Plan]], actor: User) -> None:
    """NX + eight digits; a block of numbers for every township, and of it one for every village."""

    def block(first: int, villages: int) -> dict[str, str]:
        last = first + villages * RECEIPTS_A_VILLAGE - 1
        return {"first": written_number(first), "last": written_number(last)}

    count = sum(map(len, townships.values()))
    register_book(campaign=campaign, **block(1, count), actor=actor)
    regions = Region.objects.in_region(COUNTY).in_bulk()
    serial = 1
    for township, group in townships.items():
        issue_book(campaign=campaign, holder=regions[township], **block(serial, len(group)), actor=actor)
        for plan in group:
            issue_book(campaign=campaign, holder=regions[plan.code], **block(serial, 1), actor=actor)
            plan.next_receipt = serial
            serial += RECEIPTS_A_VILLAGE


def written_number(serial: int) -> str:
    return f"NX{serial:08d}"


@transaction.atomic
def collect(campaign: Campaign, day: datetime.date, plans: list[Plan], recorder: User) -> None:
    """A day's rounds in the villages of one township: a receipt a household, a contribution a person."""
    payments = []
    for plan in plans:
        payments += _collect_village(campaign, plan, day, recorder)
    record_contributions(campaign=campaign, actor=recorder, payments=payments)


def _collect_village(campaign, plan, day, recorder) -> list[Payment]:
    """特困 and orphans owe nothing and are never charged (内政办〔2024〕, section 4(2)5)."""
    marks = _marks(plan.code)
    uses, paying = [], []
    for members in plan.days[day]:
        quotes = [(person, _quote(campaign, person, marks, day)) for person in members]
        quotes = [(person, answer) for person, answer in quotes if answer.due]
        if not quotes:
            continue
        receipt = written_number(plan.next_receipt)
        plan.next_receipt += 1
        uses.append(ReceiptUse(receipt, members[0].household.number, sum(answer.due for _, answer in quotes), day))
        paying += [(person, answer, receipt) for person, answer in quotes]
    receipts = use_receipts(campaign=campaign, village=plan.code, uses=uses, actor=recorder)
    return [
        Payment(
            resident_id=person.pk,
            village=plan.code,
            channel=Contribution.Channel.CASH,
            paid_on=day,
            quote=answer,
            receipt_id=receipts[receipt].pk,
        )
        for person, answer, receipt in paying
    ]


def _marks(village: str) -> dict[int, list[Recognition]]:
    found = defaultdict(list)
    for resident, kind, since in Identity.objects.filter(resident__village_id=village).values_list(
        "resident_id", "kind", "recognised_on"
    ):
        found[resident].append(Recognition(kind, since))
    return found


def _quote(campaign, person, marks, day):
    return quote(
        campaign.policy,
        birth_date=person.birth_date,
        paid_on=day,
        identities=marks.get(person.pk, ()),
    )
