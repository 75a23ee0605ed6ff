"""A small county whose money is pushed about at random, and the sums that must hold whatever was done to it."""

import datetime
import io
import random
from collections import defaultdict
from decimal import Decimal

from django.db import connection, transaction

from collection.cash import services as deposits
from collection.cash.models import Deposit
from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.duties import services as duties
from collection.duties.models import VillageDuty
from collection.duties.rules import examine
from collection.money import selectors as balances
from collection.money import services as money
from collection.money.models import Movement, Place, VillageAccount
from collection.receipts import services as receipts
from collection.receipts.models import Receipt
from collection.receipts.numbers import normalize_number
from core.files.photos import read_photo
from core.refusals import Refused
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import quote
from tests.factories import invented_number, photo

VILLAGES = ("411325101200", "411325101201", "411325102200")
FIRST = datetime.date(2024, 10, 1)
BORN = datetime.date(1970, 5, 1)
REFUSALS = (Refused, Refused, receipts.ReceiptRefused, contributions.ContributionRefused)
ZERO = Decimal("0.00")


PHOTO = read_photo(io.BytesIO(photo()))


class World:
    """Operations as people do them, each through its service; `step` does one at random and says what came of it."""

    def __init__(self, campaign: Campaign, helpers, reviewers, seed: int, name: str = "w"):
        self.campaign, self.helpers, self.reviewers = campaign, helpers, reviewers
        self.random, self.name, self.count = random.Random(seed), name, 0

    def step(self) -> str:
        operation = self.random.choice(
            [self.collect] * 5
            + [self.record] * 3
            + [self.verify] * 3
            + [self.remit, self.post] * 2
            + [self.reject, self.void, self.self_pay, self.refund, self.take_back, self.repeat]
        )
        try:
            return f"{operation.__name__}: {operation() or 'done'}"
        except REFUSALS as refused:
            return f"{operation.__name__}: refused, {refused}"

    def _next(self) -> str:
        self.count += 1
        return f"{self.name}{self.count}"

    def _day(self):
        return FIRST + datetime.timedelta(days=self.random.randrange(25))

    def _payment(self, village, day, channel, receipt=None):
        serial = int.from_bytes(self._next().encode(), "big") % 400_000
        resident = Resident.objects.create(
            village_id=village,
            name="测试",
            birth_date=BORN,
            sex="M",
            registered_on=BORN,
            id_number=f"{invented_number(BORN, 'M', serial)[:10]}{self._next()}"[:30],
        )
        return contributions.Payment(
            resident.pk,
            village,
            channel,
            day,
            quote(self.campaign.policy, birth_date=BORN, paid_on=day),
            receipt_id=receipt and receipt.pk,
        )

    @transaction.atomic
    def collect(self):
        """One household of one to three people pays in cash."""
        village, day, number = self.random.choice(VILLAGES), self._day(), self._next()
        size = self.random.randrange(1, 4)
        money.lock_accounts(campaign=self.campaign, villages=[village])
        uses = [receipts.ReceiptUse(number, number, Decimal("400.00"), day)] * size
        actor = self.random.choice(self.helpers)
        made = receipts.use_receipts(campaign=self.campaign, village=village, uses=uses, actor=actor)
        receipt = made[normalize_number(number)]
        payments = [self._payment(village, day, "cash", receipt) for _ in range(size)]
        contributions.record_contributions(campaign=self.campaign, payments=payments, actor=actor)

    @transaction.atomic
    def self_pay(self):
        payment = self._payment(self.random.choice(VILLAGES), self._day(), "self")
        contributions.record_contributions(campaign=self.campaign, payments=[payment], actor=None)

    def record(self):
        amount = Decimal(self.random.randrange(1, 500000)) / 100
        deposits.record_deposit(
            campaign=self.campaign,
            village=self.random.choice(VILLAGES),
            slip_no=f"HD00{self._next()}",
            paid_on=self._day(),
            amount=amount,
            account="账户",
            photo=PHOTO,
            actor=self.random.choice(self.helpers),
        )

    def _any(self, rows):
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return rows.model.objects.get(pk=self.random.choice(keys)) if keys else None

    def verify(self):
        if deposit := self._any(Deposit.objects.filter(state="pending")):
            deposits.verify_deposit(deposit=deposit, actor=self.random.choice(self.reviewers))

    def reject(self):
        if deposit := self._any(Deposit.objects.exclude(state="rejected")):
            deposits.reject_deposit(deposit=deposit, reason="核对不符", actor=self.random.choice(self.reviewers))

    def void(self):
        if receipt := self._any(Receipt.objects.filter(state="used")):
            receipts.void_receipt(receipt=receipt, reason="写错", actor=self.random.choice(self.helpers))

    def _move(self, kind, place):
        """Part of what stands in a place goes on, for two villages in one booking, in any order of their names."""
        villages = self.random.sample(VILLAGES, 2)
        rows = {row.village_id: row for row in VillageAccount.objects.filter(village__in=villages)}
        facts = []
        for village in villages:
            stands = getattr(rows[village], money.FIELDS[place]) if village in rows else ZERO
            if stands > 0:
                share = (stands * self.random.randrange(1, 120) / 100).quantize(ZERO)
                if share:
                    day = self._day() + datetime.timedelta(days=self.random.randrange(3))
                    facts.append(money.Fact(f"{kind}:{self._next()}", kind, village, share, day))
        money.record_movements(campaign=self.campaign, facts=facts, actor=self.random.choice(self.reviewers))

    def remit(self):
        self._move(Movement.Kind.REMIT, Place.TOWNSHIP)

    def post(self):
        self._move(Movement.Kind.POST, Place.CLEARING)

    def refund(self):
        self._move(Movement.Kind.REFUND, Place.TREASURY)

    def take_back(self):
        kinds = [Movement.Kind.REMIT, Movement.Kind.POST, Movement.Kind.REFUND]
        if movement := self._any(Movement.objects.filter(kind__in=kinds)):
            money.reverse_movements(
                campaign=self.campaign, movements=[movement], reason="退回", actor=self.random.choice(self.reviewers)
            )

    def repeat(self):
        """A task that is run again books its facts again."""
        kinds = [Movement.Kind.REMIT, Movement.Kind.POST]
        if known := self._any(Movement.objects.filter(kind__in=kinds)):
            fact = money.Fact(known.key, known.kind, known.village_id, known.amount, known.on)
            assert money.record_movements(campaign=self.campaign, facts=[fact], actor=None) == []


def what_is_wrong(campaign: Campaign, papers: bool = True) -> list[str]:
    """Every broken invariant of the county's money, read in one snapshot; empty if all hold.

    Without `papers` only the money itself: movements may then stand without contributions and slips behind them.
    """
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = [*_sums(campaign), *_places()]
        return [*found, *_contributions(), *_deposits(), *_clocks(campaign)] if papers else found


def _sums(campaign):
    for wrong in balances.recount(campaign=campaign):
        yield f"账户与流水不符 {wrong}"
    for row in VillageAccount.objects.all():
        places = row.in_hand + row.township + row.clearing + row.treasury
        if row.collected != places + row.refunded:
            yield f"{row.village_id} 收支不平"


def _places():
    """No place but the village's hands below zero at the end of any day."""
    changes = defaultdict(lambda: defaultdict(lambda: ZERO))
    for movement in Movement.objects.all():
        for sign, place in ((-1, movement.from_place), (1, movement.to_place)):
            changes[movement.village_id, place][movement.on] += sign * movement.amount
    for (village, place), days in changes.items():
        balance = ZERO
        for day in sorted(days):
            balance += days[day]
            if balance < 0 and place in (Place.TOWNSHIP, Place.CLEARING, Place.TREASURY):
                yield f"{village} {place} 在 {day} 是 {balance}"


def _contributions():
    collected = defaultdict(lambda: ZERO)
    for contribution in Contribution.objects.filter(ended_at__isnull=True):
        collected[contribution.village_id] += contribution.amount
    for row in VillageAccount.objects.all():
        if row.collected != collected[row.village_id]:
            yield f"{row.village_id} 账户已收 {row.collected}，有效缴费 {collected[row.village_id]}"
    if Contribution.objects.filter(receipt__state="voided", ended_at__isnull=True).exists():
        yield "收据已作废，缴费还有效"


def _deposits():
    moved = {m.deposit_id: m for m in Movement.objects.filter(kind="deposit", reversed_by__isnull=True)}
    for deposit in Deposit.objects.all():
        movement = moved.pop(deposit.pk, None)
        if (deposit.state == "verified") != (movement is not None):
            yield f"回单 {deposit.slip_no} {deposit.state}，流水 {movement}"
        if movement and (movement.amount, movement.on) != (deposit.amount, deposit.paid_on):
            yield f"回单 {deposit.slip_no} 与流水金额或日期不同"
    yield from (f"没有回单的缴存 {pk}" for pk in moved)


def _clocks(campaign):
    """Each village's kept position is what its events replayed give."""
    limit, day = duties.limit_of(campaign), datetime.date(2024, 12, 1)
    for row in VillageDuty.objects.all():
        cash = Movement.objects.filter(
            village=row.village_id, kind="collect", to_place="village", reversed_by__isnull=True
        )
        slips = Deposit.objects.filter(village=row.village_id).exclude(state="rejected")
        expected = examine(limit, cash.values_list("on", "amount"), slips.values_list("paid_on", "amount"), day)
        kept = duties.duties.standing(duties.from_json(row.position), limit, day)
        if kept != expected:
            yield f"{row.village_id} 双限状态与收据、回单不符"
        if row.unverified != sum((d.amount for d in slips.filter(state="pending")), ZERO):
            yield f"{row.village_id} 待核验金额不符"
