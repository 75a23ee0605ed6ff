"""Random weeks of two phones that go on and off line, Excel uploads, deposits, voids and a helper's replacement.

After each week: nothing is lost, nothing counts twice, the four places add up. DOOR_WEEKS sets how many, DOOR_FIRST
from which seed (bench door_weeks).
"""

import datetime
import os
import random
import time
import uuid
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from collection.contributions.models import Contribution
from collection.door.cases import accept_case, record_return, settle_as_booked
from collection.door.models import DoorEntry
from collection.door.payload import read_entry
from collection.door.phones import cut_off_phone, register_phone
from collection.door.selectors import blank_numbers
from collection.door.services import take_entry
from collection.households.kept import make_list, mend_list
from collection.ledgers import booking
from collection.ledgers.confirm import withdraw_ledger
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.services import reading_of
from collection.money.models import Movement, VillageAccount
from collection.receipts.models import Receipt
from collection.receipts.services import void_receipt
from collection.tallies.services import villages_that_differ
from config import clock
from core.amounts import ZERO
from core.audit.changes import changes_after, newest_change
from core.refusals import Refused
from tests.collection.door.door_world import VILLAGE, household, listed, message
from tests.collection.paid_people import bank

WEEKS, FIRST = int(os.environ.get("DOOR_WEEKS", "4")), int(os.environ.get("DOOR_FIRST", "0"))
DAYS, STEPS_A_DAY, TOLD_EVERY = 7, 9, 10
DAYS_LISTED = (1, 4)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
OPEN = (LedgerRow.State.BAD, LedgerRow.State.GOOD)


class Handset:
    """A helper's phone: a list as it was when it was last in touch, and a queue."""

    def __init__(self, user, campaign):
        self.user = user
        self.phone = register_phone(user=user, village=user.region, label="").phone
        self.queue, self.sent, self.spent = [], [], set()
        self.refresh(campaign)

    def refresh(self, campaign):
        self.listed_on = clock.today().isoformat()
        self.numbers = [
            f"{book.prefix}{serial:0{book.width}d}"
            for book in blank_numbers(campaign=campaign, village=VILLAGE)
            for serial in range(book.first, book.last + 1)
        ]

    def take(self, chance, people):
        number = next((one for one in self.numbers if one not in self.spent), "NX0120")
        self.spent.add(number)
        day = clock.today() + datetime.timedelta(chance.choice((0, 0, 0, 0, 0, 3, -30)))
        sent = message(people, number, paid_on=day.isoformat(), listed_on=self.listed_on, entry_id=_id(chance))
        self.queue.append(sent)


def _id(chance):
    return uuid.UUID(int=chance.getrandbits(128), version=4)


class Week:
    """The village, its people and phones, and what may happen on a day."""

    def __init__(self, seed, campaign, make_user, make_resident):
        self.chance, self.campaign, self.make_user = random.Random(seed), campaign, make_user
        self.clerk = make_user("township", VILLAGE[:9])
        self.homes = [household(make_resident, f"{n:04d}", *["张大", "张二", "张三"][: n % 3 + 1]) for n in range(1, 9)]
        self.helper = make_user("village", VILLAGE)
        self.phones = [Handset(self.helper, campaign) for _ in range(2)]
        self.told, self.village = {}, self.helper.region

    def step(self):
        steps = (self.collect, self.collect, self.collect, self.send, self.excel, self.deposit, self.void)
        self.chance.choice((*steps, self.decide, self.decide, self.replace, self.take_back, self.lose_a_phone))()

    def collect(self):
        home = self.chance.choice(self.homes)
        people = self.chance.sample(home, self.chance.randint(1, len(home)))
        self.chance.choice(self.phones).take(self.chance, people)

    def send(self):
        handset = self.chance.choice(self.phones)
        again = self.chance.sample(handset.sent, min(len(handset.sent), 2))  # an answer that got lost
        for sent in (*handset.queue, *again):
            self.arrive(handset, sent)
        handset.sent, handset.queue = handset.sent + handset.queue, []
        handset.refresh(self.campaign)

    def arrive(self, handset, sent):
        handset.phone.refresh_from_db()
        told = read_entry(sent)
        taker = type(self.helper).objects.select_related("region").get(pk=handset.user.pk)
        take_entry(campaign=self.campaign, village=self.village, told=told, taker=taker, phone=handset.phone)
        self.told[told.id] = told

    def excel(self):
        """A village's file with one household, booked by the code that books files."""
        people = self.chance.choice(self.homes)
        number = self.chance.choice(self.phones[0].numbers or ["NX0120"])
        batch = LedgerBatch.objects.create(
            campaign=self.campaign,
            village=self.village,
            uploaded_by=self.helper,
            uploaded_at=clock.now(),
            state="confirmed",
            confirmed_by=self.helper,
        )
        rows = [
            LedgerRow.objects.create(
                batch=batch,
                number=order,
                state="good",
                raw={
                    "name": one.name,
                    "id_number": one.id_number,
                    "amount": 400,
                    "paid_on": {"d": clock.today().isoformat()},
                    "receipt_no": number,
                    "household": one.household.number,
                },
            )
            for order, one in enumerate(people, 1)
        ]
        reading = reading_of(rows)
        locked = booking.lock_people(campaign=self.campaign, village=VILLAGE, reading=reading)
        checked = booking.check_locked(batch=batch, reading=reading, locked=locked)
        booking.write_rows(batch=batch, rows=rows, checked=checked, actor=self.helper)

    def deposit(self):
        amount = Decimal(self.chance.choice((400, 800, 1200)))
        if VillageAccount.objects.filter(village=VILLAGE, in_hand__gte=amount).exists():
            bank(self.campaign, self.helper, amount, day=clock.today())

    def void(self):
        used = list(Receipt.objects.filter(state="used").order_by("pk"))
        if used:
            void_receipt(receipt=self.chance.choice(used), reason="写错了", actor=self.clerk)

    def decide(self):
        cases = list(
            LedgerRow.objects.filter(entry__isnull=False, state__in=OPEN).select_related("batch").order_by("pk")
        )
        if not cases:
            return
        row = self.chance.choice(cases)
        way = self.chance.choice(("accept", "same", "return"))
        try:
            if way == "accept":
                accept_case(row=row, actor=self.clerk)
            elif way == "same":
                settle_as_booked(row=row, actor=self.clerk)
            else:
                record_return(row=row, returned_on=clock.today(), note="退给本人", actor=self.clerk)
        except Refused:
            pass

    def replace(self):
        """A new helper comes; the old one's second phone is still somewhere without a signal."""
        self.helper.is_active = False
        self.helper.save()
        self.helper = self.make_user("village", VILLAGE)
        self.phones[0] = Handset(self.helper, self.campaign)

    def take_back(self):
        batches = list(LedgerBatch.objects.filter(state="confirmed").order_by("pk"))
        if batches:
            withdraw_ledger(batch=self.chance.choice(batches), reason="登记错了", actor=self.clerk)

    def lose_a_phone(self):
        if self.chance.random() < 0.3:
            cut_off_phone(phone=self.chance.choice(self.phones).phone, reason="丢失", actor=self.clerk)


def assert_list(week, newest, kept):
    """The list that pages show: what was kept, mended by what was changed since, is what would be made anew."""
    where = {"campaign": week.campaign, "village": week.village}
    mended = mend_list(kept, changes_after(newest), **where)
    assert listed(*mended.pieces) == listed(*make_list(**where).pieces)


def assert_books(week):
    """Every receipt that a phone told of is here once; every yuan stands where it is said to."""
    entries = {entry.pk: entry for entry in DoorEntry.objects.prefetch_related("rows")}
    assert set(entries) == set(week.told)
    for told in week.told.values():
        assert Counter(row.amount for row in entries[told.id].rows.all()) == Counter(m.amount for m in told.members)
    live = Contribution.objects.filter(ended_at__isnull=True, channel="cash")
    booked = live.aggregate(sum=Sum("amount"))["sum"] or ZERO
    waiting = LedgerRow.objects.filter(entry__isnull=False, state__in=OPEN).aggregate(sum=Sum("amount"))["sum"] or ZERO
    banked = Movement.objects.filter(kind="deposit").aggregate(sum=Sum("amount"))["sum"] or ZERO
    account = VillageAccount.objects.filter(village=VILLAGE).first()
    if account is None:
        assert not booked and not waiting
        return
    assert account.collected == booked + waiting
    assert (account.in_hand, account.township) == (booked + waiting - banked, banked)
    assert max(Counter(live.values_list("resident", flat=True)).values(), default=1) == 1
    by_day = Counter()
    for on, amount in live.values_list("paid_on", "amount"):
        by_day[on] += amount
    for on, amount in LedgerRow.objects.filter(entry__isnull=False, state__in=OPEN).values_list(
        "entry__taken_on", "amount"
    ):
        by_day[on] += amount
    moved = Counter()
    cash = Movement.objects.filter(kind="collect", reversed_by__isnull=True)
    for on, amount in cash.values_list("on", "amount"):
        moved[on] += amount
    assert +by_day == +moved
    on_receipts = Receipt.objects.filter(state="used").aggregate(sum=Sum("amount"))["sum"] or ZERO
    assert on_receipts == booked


def test_random_weeks(campaign, business_clock, make_user, make_resident):
    for seed in range(FIRST, FIRST + WEEKS):
        before = transaction.savepoint()
        run_week(Week(seed, campaign, make_user, make_resident), business_clock)
        transaction.savepoint_rollback(before)
        if (seed + 1 - FIRST) % TOLD_EVERY == 0:
            print(f"{seed + 1 - FIRST} weeks, {time.process_time():.0f} s of processor time", flush=True)  # noqa: T201 (shown by the bench)


def run_week(week, business_clock):
    for day in range(DAYS):
        business_clock(f"2024-10-{15 + day}T09:00")
        if day in DAYS_LISTED:
            newest, kept = newest_change(), make_list(campaign=week.campaign, village=week.village)
        for _ in range(STEPS_A_DAY):
            with transaction.atomic():
                week.step()
        assert_books(week)
        if day in DAYS_LISTED:
            assert_list(week, newest, kept)
    for handset in week.phones:
        for sent in handset.queue:
            week.arrive(handset, sent)
    assert_books(week)
    assert villages_that_differ(week.campaign) == []
