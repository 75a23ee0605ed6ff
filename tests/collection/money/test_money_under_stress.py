"""Money when everything happens at once: real threads, real connections, a worker that is killed, clocks that differ.

The same on both engines; on PostgreSQL the threads truly overlap. `python -m bench money_stress` runs longer.
"""

import datetime
import os
import signal
import threading
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from collection.cash import services as deposits
from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.duties import services as duties
from collection.money import services as money
from collection.money.models import Movement, VillageAccount
from collection.receipts import services as receipts
from collection.receipts.models import Receipt
from core.regions.models import Region
from tests.at_once import together
from tests.collection.money_world import FIRST, PHOTO, REFUSALS, VILLAGES, World, what_is_wrong
from tests.worker_process import in_a_process

pytestmark = pytest.mark.django_db(transaction=True)
VILLAGE, OTHER = VILLAGES[:2]
DAY = FIRST + datetime.timedelta(days=5)


@pytest.fixture
def people(make_user):
    return [make_user("village", VILLAGE), make_user("township", "411325101"), make_user("township", "411325101")]


@pytest.fixture
def world(campaign, people):
    return World(campaign, helpers=people[:1], reviewers=people[1:], seed=7)


@pytest.fixture
def slip(campaign, people):
    def slip(number="HD0001", amount="400", actor=None, village=VILLAGE):
        return deposits.record_deposit(
            campaign=campaign,
            village=village,
            slip_no=number,
            paid_on=DAY,
            amount=Decimal(amount),
            account="账户",
            photo=PHOTO,
            actor=actor or people[0],
        )

    return slip


@pytest.fixture
def paid(campaign, people, world):
    """A receipt over ¥400 or more, paid in cash in VILLAGE."""
    while not Receipt.objects.filter(village=VILLAGE).exists():
        world.collect()
    return Receipt.objects.filter(village=VILLAGE).first()


def account(village=VILLAGE):
    return VillageAccount.objects.get(village=village)


def line(campaign):
    return duties.of_village(campaign=campaign, village=Region.objects.get(pk=VILLAGE))


def refused(results):
    return [result for result in results if isinstance(result, REFUSALS)]


def test_two_people_verify_the_same_slip(campaign, slip, people):
    deposit = slip()
    results = together(*(lambda who=who: deposits.verify_deposit(deposit=deposit, actor=who) for who in people[1:] * 3))
    assert all(isinstance(result, Deposit) for result in results), results
    assert Movement.objects.filter(deposit=deposit).count() == 1
    assert account().township == 400
    assert what_is_wrong(campaign) == []


def test_two_people_record_the_same_slip(campaign, slip, people):
    results = together(*(lambda who=who: slip(actor=who) for who in people))
    assert len(refused(results)) == 2, results
    assert Deposit.objects.count() == 1
    assert what_is_wrong(campaign) == []


def test_two_villages_record_the_same_slip(campaign, slip):
    results = together(lambda: slip(village=VILLAGE), lambda: slip(village=OTHER))
    assert len(refused(results)) == 1, results
    assert Deposit.objects.count() == 1


def test_one_person_clicks_twice(campaign, slip):
    first, second = together(slip, slip)
    assert first == second
    assert Deposit.objects.count() == 1


def test_two_villages_use_the_same_receipt_number(campaign, people):
    def use(village):
        uses = [receipts.ReceiptUse("NX0001", "", Decimal("400"), DAY)]
        return receipts.use_receipts(campaign=campaign, village=village, uses=uses, actor=people[0])

    results = together(lambda: use(VILLAGE), lambda: use(OTHER))
    assert len(refused(results)) == 1, results
    assert Receipt.objects.count() == 1


def test_a_deposit_crosses_the_void_of_its_receipt(campaign, slip, paid, people):
    deposit = slip(amount=str(paid.amount))
    results = together(
        lambda: deposits.verify_deposit(deposit=deposit, actor=people[1]),
        lambda: receipts.void_receipt(receipt=paid, reason="写错", actor=people[0]),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    others = sum(Receipt.objects.filter(village=VILLAGE, state="used").values_list("amount", flat=True))
    assert (account().township, account().in_hand) == (paid.amount, others - paid.amount)
    assert line(campaign).standing.in_hand == max(others - paid.amount, 0)
    assert what_is_wrong(campaign) == []


def test_a_rejection_crosses_a_remittance(campaign, slip, people):
    deposit = deposits.verify_deposit(deposit=slip(), actor=people[1])
    fact = money.Fact("remit:1", "remit", VILLAGE, Decimal("400"), DAY)
    results = together(
        lambda: deposits.reject_deposit(deposit=deposit, reason="银行冲正", actor=people[1]),
        lambda: money.record_movements(campaign=campaign, facts=[fact], actor=people[2]),
    )
    assert len(refused(results)) == 1, results
    assert what_is_wrong(campaign) == []


def test_the_same_fact_from_many_workers_is_booked_once(campaign, people):
    facts = [money.Fact(f"collect:{n}", "collect", VILLAGE, Decimal("400"), DAY) for n in range(20)]
    book = lambda: money.record_movements(campaign=campaign, facts=facts, actor=people[0])  # noqa: E731
    assert sorted(len(result) for result in together(*[book] * 4)) == [0, 0, 0, 20]
    assert account().collected == 8000


def test_bookings_over_the_same_villages_in_any_order_do_not_wait_in_a_circle(campaign, people):
    def book(name, villages):
        for number in range(12):
            facts = [money.Fact(f"{name}:{number}:{v}", "collect", v, Decimal("1"), DAY) for v in villages]
            money.record_movements(campaign=campaign, facts=facts, actor=people[0])

    results = together(*(lambda n=n: book(n, VILLAGES if n % 2 else VILLAGES[::-1]) for n in range(4)))
    assert results == [None] * 4
    assert [account(village).collected for village in VILLAGES] == [48] * 3


def test_a_worker_that_dies_between_two_movements_leaves_nothing_and_can_be_run_again(campaign):
    kinds = ("collect", "deposit", "remit")
    facts = [money.Fact(f"{kind}:k", kind, VILLAGE, Decimal(400), datetime.date(2024, 10, 6)) for kind in kinds]

    def worker(after):
        with transaction.atomic():
            for fact in facts[:after]:
                money.record_movements(campaign=campaign, facts=[fact], actor=None)
            if after < len(facts):
                os.kill(os.getpid(), signal.SIGKILL)

    for after in (1, 2):
        assert in_a_process(partial(worker, after)) == -signal.SIGKILL
        assert not Movement.objects.exists()
        assert not VillageAccount.objects.exists()
    for _ in range(2):
        assert in_a_process(partial(worker, 3)) == 0
    assert (account().in_hand, account().township, account().clearing) == (0, 0, 400)
    assert Movement.objects.count() == 3
    assert what_is_wrong(campaign, papers=False) == []


def test_clocks_that_differ_by_midnight(campaign, slip, people, business_clock):
    """One server has entered the new day, the other has not: its page leaves out what has not happened for it yet."""
    business_clock("2024-10-26T00:02:00+08:00")
    fact = money.Fact("collect:1", "collect", VILLAGE, Decimal("400"), datetime.date(2024, 10, 26))
    money.record_movements(campaign=campaign, facts=[fact], actor=people[0])
    deposit = slip()
    business_clock("2024-10-25T23:58:00+08:00")
    seen = line(campaign).standing
    assert (seen.as_of, seen.in_hand) == (datetime.date(2024, 10, 25), 0)
    verified = deposits.verify_deposit(deposit=deposit, actor=people[1])
    assert verified.verified_at < verified.recorded_at
    business_clock("2024-10-26T00:05:00+08:00")
    assert line(campaign).standing.status == "clear"
    assert what_is_wrong(campaign, papers=False) == []


def test_hundreds_of_operations_one_after_the_other(campaign, world):
    """Every operation through its service, every invariant after each."""
    said = []
    for _ in range(int(os.environ.get("MONEY_STEPS", 120))):
        said.append(world.step())
        assert what_is_wrong(campaign) == [], "\n".join(said[-5:])
    assert {line.split(":")[0] for line in said} >= {"collect", "record", "verify", "remit", "void", "reject"}
    assert Contribution.objects.filter(ended_at__isnull=True).exists()


def test_hundreds_of_operations_at_once(campaign, people):
    """Workers push the same three villages about; on PostgreSQL another looks on, and no snapshot fails to add up.

    (On SQLite a snapshot is a turn in the queue of writers, so there the sums are read when all have done.)
    """
    workers = [World(campaign, people[:1], people[1:], seed=n, name=f"t{n}x") for n in range(4)]
    steps, done, seen = int(os.environ.get("MONEY_STEPS", 120)) // 4, threading.Event(), []

    def look():
        while not done.is_set() and connection.vendor == "postgresql":
            seen.append(what_is_wrong(campaign))

    def work(world):
        try:
            return [world.step() for _ in range(steps)]
        finally:
            running.discard(world.name)
            if not running:
                done.set()

    running = {world.name for world in workers}
    *said, looked = together(*(lambda world=world: work(world) for world in workers), look)
    assert looked is None
    assert all(isinstance(lines, list) for lines in said), said
    assert not any(seen) and bool(seen) == (connection.vendor == "postgresql")
    assert what_is_wrong(campaign) == []


def test_no_check_leaves_a_transaction_open(campaign):
    what_is_wrong(campaign)
    assert not connection.in_atomic_block
    with transaction.atomic():
        assert VillageAccount.objects.count() == 0
