"""Whatever the order in which facts and payments come, and are taken back: the facts alone decide what stands."""

import datetime
import random
from collections import defaultdict

import pytest

from collection.consequences.models import Consequence
from collection.consequences.rules import BookedCover, Outcome, follows_from_status
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, paid_residents, record_contributions
from collection.entitlements import funds
from collection.entitlements.services import apply_effects
from collection.money.models import VillageAccount
from collection.money.selectors import recount
from collection.refunds.models import Refund
from collection.tallies.services import villages_that_differ
from core.refusals import Refused
from residents.people.models import Resident, StatusEntry
from residents.statuses.services import set_status, withdraw_status
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity
from tests.collection.paid_people import DAY, VILLAGE

pytestmark = pytest.mark.django_db
STATUSES = ("dead", "army", "employee", "elsewhere", "moved", "active")
LABELS = dict(Resident.Status.choices)


class World:
    """Two people who pay and one who owes nothing, and an office that learns of things in any order."""

    def __init__(self, campaign, actor, people, seed):
        self.campaign, self.actor, self.people, self.random = campaign, actor, people, random.Random(seed)
        self.done = defaultdict(int)
        Identity.objects.create(
            resident=people[2], kind="特困人员", department="民政局", recognised_on=datetime.date(2024, 9, 1)
        )

    def step(self):
        act = self.random.choice([self.pay, self.enrol, self.learn, self.learn, self.learn, self.take_back])
        person = self.random.choice(self.people)
        person.refresh_from_db()
        try:
            act(person)
        except Refused:
            return
        self.done[act.__name__] += 1

    def pay(self, person):
        if person == self.people[2] or paid_residents(year=2025, residents=[person.pk]):
            return
        quoted = quote_residents(campaign=self.campaign, residents=[person], paid_on=DAY)[person.pk]
        payment = Payment(person.pk, VILLAGE, "self", DAY, quoted, state="posted")
        record_contributions(campaign=self.campaign, payments=[payment], actor=self.actor)

    def enrol(self, person):
        apply_effects(campaign=self.campaign, residents=[person.pk], roster=None, actor=self.actor)

    def learn(self, person):
        day = DAY + datetime.timedelta(days=self.random.randrange(-20, 15))
        set_status(resident=person, status=self.random.choice(STATUSES), since=day, source="证明", actor=self.actor)

    def take_back(self, person):
        entries = StatusEntry.objects.filter(resident=person, withdrawn_at__isnull=True).order_by("pk")
        if entries:
            withdraw_status(entry=self.random.choice(entries), reason="登记有误", actor=self.actor)

    def finish(self):
        """The office has heard everything: who owes nothing is enrolled."""
        self.enrol(self.people[2])


def what_the_facts_ask_for(campaign, person, paid):
    """(cover stands, refunds asked for, outcome) by the rule alone."""
    person.refresh_from_db()
    amount = 400 if paid else 0
    verdict = None
    if person.status_on:
        verdict = follows_from_status(
            campaign.policy.refund_rules,
            status=person.status,
            label=LABELS[person.status],
            since=person.status_on,
            cover=BookedCover(amount, datetime.date(2025, 1, 1)),
            on=datetime.date(2024, 10, 25),
        )
    refunds = [(verdict.reason, 400)] if verdict and verdict.outcome == Outcome.REFUND else []
    return refunds, verdict.outcome.value if verdict else None


def what_stands(person):
    refunds = Refund.objects.filter(resident=person).exclude(state="rejected")
    live = Consequence.objects.filter(resident=person, kind="status").exclude(state="withdrawn")
    return [(r.reason, int(r.amount)) for r in refunds], live.values_list("outcome", flat=True).first()


@pytest.mark.parametrize("seed", range(12))
def test_any_order_ends_where_the_facts_are(campaign, officer, make_resident, seed):
    world = World(campaign, officer, [make_resident(VILLAGE) for _ in range(3)], seed)
    for _ in range(30):
        world.step()
    world.finish()
    for person in world.people[:2]:
        paid = Contribution.objects.filter(resident=person, ended_at__isnull=True).exists()
        if paid:
            assert what_stands(person) == what_the_facts_ask_for(campaign, person, paid=True), (seed, person.status)
        else:
            assert what_stands(person) == ([], None)
    free = world.people[2]
    free.refresh_from_db()
    covered = Contribution.objects.filter(resident=free, ended_at__isnull=True).exists()
    assert covered or free.status != "active", (seed, free.status)
    if covered and free.status != "active":
        assert what_the_facts_ask_for(campaign, free, paid=False)[1] == "stands"
    assert recount(campaign=campaign) == [] and villages_that_differ(campaign) == []
    for row in VillageAccount.objects.all():
        assert row.collected == row.in_hand + row.township + row.clearing + row.treasury + row.refunded
    assert funds.table(campaign=campaign, region="411325").agrees
    assert world.done["learn"] and world.done["take_back"]
