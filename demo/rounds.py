"""The helpers' rounds: which households pay cash on which day, into which receipts."""

import datetime
from itertools import groupby

from django.db import transaction

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.receipts.books import BookLine, issue_books, register_book
from collection.receipts.services import ReceiptUse, use_receipts
from core.accounts.models import User
from core.amounts import ZERO
from core.regions.models import Region
from demo.counties import DemoCounty
from demo.world import Plan, World
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents

RECEIPTS_A_VILLAGE = 3000


def receipt_number(county: DemoCounty, serial: int) -> str:
    return f"{county.receipts}{serial:08d}"


def hand_out_books(world: World) -> None:
    """Register one block of numbers; issue a part to every township, and of it a part to every village."""
    campaign, county, actor = world.campaign, world.county, world.bureau

    def block(first: int, villages: int) -> dict[str, str]:
        last = first + villages * RECEIPTS_A_VILLAGE - 1
        return {"first": receipt_number(county, first), "last": receipt_number(county, last)}

    register_book(campaign=campaign, **block(1, len(world.plans)), actor=actor)
    regions = Region.objects.in_region(county.code).in_bulk()
    townships, villages = [], []
    serial = 1
    for township, plans in groupby(world.plans, key=lambda plan: plan.township):
        group = list(plans)
        townships.append(BookLine(regions[township], **block(serial, len(group))))
        for plan in group:
            villages.append(BookLine(regions[plan.code], **block(serial, 1)))
            plan.next_receipt = serial
            serial += RECEIPTS_A_VILLAGE
    for lines in (townships, villages):
        issue_books(campaign=campaign, lines=lines, actor=actor)


def collect(world: World, day: datetime.date) -> None:
    """Record the day's cash: a receipt a household, a contribution a person; a township a transaction."""
    going = [plan for plan in world.plans if day in plan.cash]
    people = [person for plan in going for members in plan.cash[day] for person in members]
    quotes = _quotes(world.campaign, people, day)
    for township, plans in groupby(going, key=lambda plan: plan.township):
        _collect_township(world, day, list(plans), quotes, world.teams[township][-1])


@transaction.atomic
def _collect_township(
    world: World, day: datetime.date, plans: list[Plan], quotes: dict[int, Quote], recorder: User
) -> None:
    payments: list[Payment] = []
    for plan in plans:
        payments += _collect_village(world, plan, day, quotes, recorder)
    record_contributions(campaign=world.campaign, actor=recorder, payments=payments)


def _collect_village(
    world: World, plan: Plan, day: datetime.date, quotes: dict[int, Quote], recorder: User
) -> list[Payment]:
    """特困 and orphans owe nothing and are never charged (内政办〔2024〕 四（二）5)."""
    uses: list[ReceiptUse] = []
    paying: list[tuple[Resident, str]] = []
    for members in plan.cash[day]:
        owing = [person for person in members if person.pk in quotes and quotes[person.pk].due]
        if not owing:
            continue
        receipt = receipt_number(world.county, plan.next_receipt)
        plan.next_receipt += 1
        household = members[0].household
        amount = sum((quotes[p.pk].due for p in owing), ZERO)
        uses.append(ReceiptUse(receipt, household.number if household else "", amount, day))
        paying += [(person, receipt) for person in owing]
    receipts = use_receipts(campaign=world.campaign, village=plan.code, uses=uses, actor=recorder)
    return [
        Payment(
            resident_id=person.pk,
            village=plan.code,
            channel=Contribution.Channel.CASH,
            paid_on=day,
            quote=quotes[person.pk],
            receipt_id=receipts[receipt].pk,
        )
        for person, receipt in paying
    ]


def _quotes(campaign: Campaign, people: list[Resident], day: datetime.date) -> dict[int, Quote]:
    """By resident id; without those whose amount the notice leaves open (沁水)."""
    quotes = quote_residents(campaign=campaign, residents=people, paid_on=day, taking_payment=False)
    return {pk: quote for pk, quote in quotes.items() if not isinstance(quote, QuoteError)}
