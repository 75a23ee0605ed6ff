"""一人一档: the very slips that took a person's cash, oldest cash first, on their page."""

import datetime
import random
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.cash.models import Deposit
from collection.cash.selectors import where_banked
from collection.contributions.models import Contribution
from collection.receipts import services as receipts
from collection.receipts.models import Receipt
from core.files.models import Attachment
from tests.collection.paid_people import OTHER, VILLAGE, pay

pytestmark = pytest.mark.django_db


def day(number):
    return datetime.date(2024, 10, number)


@pytest.fixture
def slip(campaign, clerk):
    def slip(number, amount, on, state="verified", village=VILLAGE):
        photo = Attachment.objects.create(name="x", kind="photo", size=1, sha256="x", region_code=village)
        return Deposit.objects.create(
            campaign=campaign,
            village_id=village,
            slip_no=number,
            paid_on=day(on),
            amount=Decimal(amount),
            account="专户",
            photo=photo,
            state=state,
            recorded_by=clerk,
            recorded_at=campaign.opened_at,
        )

    return slip


def told(contribution):
    """[(slip number or None, amount)] of the person's cash."""
    parts = where_banked(residents=[contribution.resident])
    return [(part.slip and part.slip.slip_no, part.amount) for part in parts]


#: Four people pay ¥400 each, on days 1, 1, 3 and 5: (slips as (number, amount, day, state)) → whose cash is where.
CASES = {
    "nothing banked": ([], [None, None, None, None]),
    "one slip for all": ([("A", 1600, 6, "verified")], ["A", "A", "A", "A"]),
    "a day each": ([("A", 800, 2, "verified"), ("B", 400, 4, "verified")], ["A", "A", "B", None]),
    "the first slip after a payment is not its own": (
        [("A", 400, 5, "verified"), ("B", 1200, 6, "pending")],
        ["A", "B", "B", "B"],
    ),
    "a rejected slip never was": ([("A", 800, 2, "rejected"), ("B", 400, 4, "verified")], ["B", None, None, None]),
    "two slips of one day go in their order": (
        [("A", 400, 6, "verified"), ("B", 400, 6, "verified")],
        ["A", "B", None, None],
    ),
    "a surplus takes later cash": ([("A", 1200, 1, "verified")], ["A", "A", "A", None]),
    "banked before anything was taken": ([("A", 400, 1, "pending"), ("B", 400, 2, "verified")], ["A", "B", None, None]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_slip_that_took_the_cash(campaign, clerk, slip, name):
    slips, expected = CASES[name]
    people = [*pay(campaign, clerk, people=2, day=day(1))]
    people += [*pay(campaign, clerk, day=day(3)), *pay(campaign, clerk, day=day(5))]
    for facts in slips:
        slip(*facts)
    assert [told(person) for person in people] == [[(number, 400)] for number in expected]


def test_cash_split_between_slips_and_the_helpers_hands(campaign, clerk, slip):
    first, second = pay(campaign, clerk, people=2, day=day(1))
    slip("A", 100, 2)
    slip("B", "450.50", 3)
    assert told(first) == [("A", 100), ("B", 300)]
    assert told(second) == [("B", Decimal("150.50")), (None, Decimal("249.50"))]


def test_one_receipts_members_stand_together(campaign, clerk, slip):
    """Recorded between the two members of a household, but on another receipt."""
    first = pay(campaign, clerk, day=day(1))[0]
    other = pay(campaign, clerk, day=day(1))[0]
    late = pay(campaign, clerk, day=day(1))[0]
    Contribution.objects.filter(pk=late.pk).update(receipt=first.receipt)
    slip("A", 800, 2)
    assert [told(person) for person in (first, late, other)] == [[("A", 400)], [("A", 400)], [(None, 400)]]


def test_a_voided_receipt_leaves_the_line(campaign, clerk, slip):
    first, second = pay(campaign, clerk, people=2, day=day(1))
    slip("A", 400, 2)
    receipts.void_receipt(receipt=Receipt.objects.get(pk=first.receipt_id), reason="写错", actor=clerk)
    assert (told(first), told(second)) == ([], [("A", 400)])


def test_only_cash_of_the_own_village_counts(campaign, clerk, slip):
    pay(campaign, clerk, OTHER, day=day(1))
    pay(campaign, clerk, channel="self", day=day(1))
    pay(campaign, clerk, channel="collective", day=day(1))
    person = pay(campaign, clerk, day=day(2))[0]
    slip("B", 400, 2, village=OTHER)
    assert told(person) == [(None, 400)]
    slip("A", 400, 3)
    assert told(person) == [("A", 400)]


@pytest.mark.parametrize("seed", range(4))
def test_every_yuan_has_one_slip_as_told_yuan_by_yuan(campaign, clerk, slip, seed):
    """Against the slow telling: each hundred yuan is a thing of its own."""
    chance = random.Random(seed)
    people = [pay(campaign, clerk, day=day(chance.randrange(1, 20)))[0] for _ in range(12)]
    for number in range(chance.randrange(2, 7)):
        slip(f"S{number}", chance.randrange(1, 16) * 100, chance.randrange(1, 22))
    line = [c.pk for c in sorted(people, key=lambda c: (c.paid_on, c.receipt_id)) for _ in range(4)]
    banked = [d.slip_no for d in Deposit.objects.order_by("paid_on", "id") for _ in range(int(d.amount) // 100)]
    slow = {}
    for place, pk in enumerate(line):
        number = banked[place] if place < len(banked) else None
        slow.setdefault(pk, {}).setdefault(number, 0)
        slow[pk][number] += 100
    assert {person.pk: dict(told(person)) for person in people} == slow


def test_two_statements_whatever_the_village_took(campaign, clerk, slip):
    def statements():
        with CaptureQueriesContext(connection) as found:
            where_banked(residents=[resident])
        return len(found)

    resident = pay(campaign, clerk, day=day(1))[0].resident
    slip("A", 400, 1)
    assert statements() == 2
    pay(campaign, clerk, people=30, day=day(1))
    slip("B", 4000, 2)
    assert statements() == 2


# --- The page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(client, clerk):
    def shown(resident):
        client.force_login(clerk)
        return client.get(reverse("resident_story", args=[resident.pk])).content.decode()

    return shown


def test_the_page_names_the_slip_and_what_is_left(campaign, clerk, slip, shown):
    first, second = pay(campaign, clerk, people=2, day=day(3))
    slip("HD77", 500, 2, state="pending")
    page = shown(first.resident)
    assert "回单 HD77（待核验）" in page and "这张回单共 500.00 元" in page and "收款以前多缴存的" in page
    assert "还在村级手中" not in page
    page = shown(second.resident)
    assert "100.00" in page and "300.00" in page and "还在村级手中" in page


def test_a_slip_of_another_township_keeps_its_number(campaign, clerk, slip, shown):
    person = pay(campaign, clerk, "411325102200", day=day(1))[0]
    slip("HD88", 400, 2, village="411325102200")
    person.resident.village_id = VILLAGE
    person.resident.save(update_fields=["village"])
    page = shown(person.resident)
    assert "的回单（已核验）" in page and "HD88" not in page


def test_sections_that_most_people_do_not_need(campaign, clerk, shown):
    person = pay(campaign, clerk, day=day(1))[0]
    page = shown(person.resident)
    assert "身份变更差额" not in page and "动员记录" not in page
    person.resident.visits.create(
        campaign=campaign,
        way="call",
        result="promised",
        note="在广东务工",
        key=uuid.uuid4(),
        recorded_by=clerk,
        recorded_at=campaign.opened_at,
        look_again_on=day(9),
    )
    person.difference_cases.create(
        campaign=campaign,
        village_id=VILLAGE,
        category="低保对象",
        due=320,
        difference=80,
        why="《方案》三（二）2",
        made_at=campaign.opened_at,
    )
    page = shown(person.resident)
    assert "电话 答应缴费" in page and "在广东务工" in page and "2024-10-09" in page
    assert "先缴后认定（身份变更差额）" in page and "待处理" in page and "80.00" in page
