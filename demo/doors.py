"""A helper's day at the doors of the printed village: households booked from a phone, and one receipt to look into."""

import random
import uuid
from decimal import Decimal

from collection.door.payload import Told, ToldMember
from collection.door.phones import cut_off_phone, register_phone
from collection.door.services import take_entry
from collection.households.selectors import Home, village_homes
from demo.rounds import receipt_number
from demo.world import Plan, World

BOOKED = 2


def collect_at_doors(world: World) -> None:
    """Two households on the next numbers of the book, then one on a number that is spent: a slip of the pen."""
    village = world.county.village
    plan = next((plan for plan in world.plans if plan.code == village), None)
    helper, region = world.helpers.get(village), world.region(village)
    if plan is None or helper is None:
        return
    old = register_phone(user=helper, village=region, label="旧手机（安卓9）").phone
    cut_off_phone(phone=old, reason="换了新手机", actor=world.teams[plan.township][0])
    phone = register_phone(user=helper, village=region, label="手机（安卓12）").phone
    homes = [home for home in village_homes(campaign=world.campaign, village=region).homes if _owing(home)]
    for order, home in enumerate(homes[: BOOKED + 1]):
        number = receipt_number(world.county, plan.next_receipt - (order == BOOKED))
        plan.next_receipt += order < BOOKED
        told = _told(world, plan, home, number, order)
        take_entry(campaign=world.campaign, village=region, told=told, taker=helper, phone=phone)


def _owing(home: Home) -> list[ToldMember]:
    """Who of a household owes something, with what is owed."""
    return [
        ToldMember(member.pk, member.name, member.tail, Decimal(member.due))
        for member in home.members
        if not member.channel and member.due and Decimal(member.due)
    ]


def _told(world: World, plan: Plan, home: Home, number: str, order: int) -> Told:
    day = world.county.last_day
    return Told(
        id=uuid.UUID(int=random.Random(f"{plan.code}-{order}").getrandbits(128), version=4),
        year=world.campaign.year,
        paid_on=day,
        listed_on=day,
        household=home.number,
        receipt_no=number,
        spoilt=(),
        members=tuple(_owing(home)),
    )
