"""A village with households, its receipt book and a helper with a phone, and what such a phone sends."""

import datetime
import json
import re
import uuid

from collection.door.payload import read_entry
from collection.door.services import take_entry
from collection.money.models import Movement, VillageAccount
from collection.visits.models import Visit
from core.amounts import ZERO
from core.regions.models import Region
from residents.people.models import Household

VILLAGE, TODAY = "411325101200", "2024-10-25"


def household(make_resident, number, *names, village=VILLAGE):
    """The residents of a household, the first its head."""
    made, _ = Household.objects.get_or_create(village_id=village, number=number, defaults={"head_name": names[0]})
    return [make_resident(village, name=name, household=made) for name in names]


def message(people, receipt_no, *, amount="400.00", paid_on=TODAY, listed_on=TODAY, entry_id=None, spoilt=(), **more):
    """What a phone sends for these residents of one household."""
    return {
        "id": str(entry_id or uuid.uuid4()),
        "year": 2025,
        "paid_on": paid_on,
        "listed_on": listed_on,
        "household": people[0].household.number if people[0].household else "",
        "receipt_no": receipt_no,
        "spoilt": list(spoilt),
        "members": [{"pk": one.pk, "name": one.name, "tail": one.id_number[-4:], "amount": amount} for one in people],
        **more,
    }


def take(campaign, helper, sent, *, phone=None, village=VILLAGE):
    """Take in one message as the helper's."""
    region = Region.objects.select_related("parent").get(pk=village)
    return take_entry(campaign=campaign, village=region, told=read_entry(sent), taker=helper, phone=phone)


def promise(campaign, resident, user, day):
    """That this resident promised to pay on a day."""
    return Visit.objects.create(
        campaign=campaign,
        resident=resident,
        way="home",
        result="promised",
        note="等儿子寄钱",
        look_again_on=day,
        key=uuid.uuid4(),
        recorded_by=user,
        recorded_at="2024-10-20T10:00+08:00",
    )


def listed(*pieces):
    """A village's list as it stands in a page of these pieces, with the reasons in their places."""
    data = json.loads(re.search(r'<script id="homes-data"[^>]*>(.*?)</script>', b"".join(pieces).decode())[1])
    reasons = data.pop("reasons")
    for *_, members in data["homes"]:
        for member in members:
            member[6] = reasons[member[6]]
    return data


def in_hand(village=VILLAGE):
    account = VillageAccount.objects.filter(village=village).first()
    return account.in_hand if account else ZERO


def cash_by_day(village=VILLAGE) -> dict[datetime.date, int]:
    """What was collected on which day and not taken back."""
    found: dict[datetime.date, int] = {}
    moves = Movement.objects.filter(village=village, kind="collect", reversed_by__isnull=True)
    for on, amount in moves.values_list("on", "amount"):
        found[on] = found.get(on, 0) + int(amount)
    return found
