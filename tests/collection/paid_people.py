"""People who have paid in a village, and money that is banked: what declarations start from. Invented people."""

import datetime
import itertools
from decimal import Decimal

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.money import services as money
from collection.money.models import Movement
from collection.receipts.models import Receipt
from residents.people.models import Resident
from subsidies.quotes.quote import quote
from tests.factories import invented_number

TOWNSHIP, VILLAGE, OTHER = "411325101", "411325101200", "411325101201"
#: In another township.
FAR = "411325102200"
BORN = datetime.date(1970, 5, 1)
DAY = datetime.date(2024, 10, 8)
#: To whom a refund goes.
PAYEE = {"payee": "王大山", "payee_account": "6228480012345678"}
#: Numbers that nobody else uses, also when several threads pay at once.
_serial = itertools.count(1)


def pay(campaign, actor, village=VILLAGE, *, people=1, day=DAY, channel="cash", household=1, start=None, names="村民"):
    """`people` residents of the village pay the ordinary ¥400 on `day`; each receipt serves `household` of them."""
    start = Resident.objects.count() if start is None else start
    residents = Resident.objects.bulk_create(
        Resident(
            village_id=village,
            name=f"{names}{_han(start + n)}",
            birth_date=BORN,
            sex="M",
            id_number=invented_number(BORN, "M", start + n),
            registered_on=datetime.date(2024, 1, 1),
        )
        for n in range(people)
    )
    receipts = []
    if channel == "cash":
        receipts = Receipt.objects.bulk_create(
            Receipt(
                campaign=campaign,
                village_id=village,
                number=f"NX{next(_serial):08d}",
                used_on=day,
                amount=Decimal(400) * len(residents[n * household : (n + 1) * household]),
            )
            for n in range(-(-people // household))
        )
    owed = quote(campaign.policy, birth_date=BORN, paid_on=day)
    made = record_contributions(
        campaign=campaign,
        actor=actor,
        payments=[
            Payment(
                resident.pk,
                village,
                channel,
                day,
                owed,
                receipt_id=receipts[n // household].pk if receipts else None,
                **({"state": "posted"} if channel == "self" else {}),
            )
            for n, resident in enumerate(residents)
        ],
    )
    return Contribution.objects.filter(pk__in=[c.pk for c in made]).order_by("pk")


def bank(campaign, actor, amount, village=VILLAGE, *, day=DAY):
    """Cash of the village, verified in the township account."""
    key = f"test-deposit:{next(_serial)}"
    fact = money.Fact(key=key, kind=Movement.Kind.DEPOSIT, village=village, amount=Decimal(amount), on=day)
    return money.record_movements(campaign=campaign, facts=[fact], actor=actor)[0]


def _han(number: int) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))
