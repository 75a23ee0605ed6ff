"""Every kind of fact, in any order, with payments between them: what waits for an officer is what the facts ask for.

Statuses alone: test_any_order.py. Here also births, insured years, parents, identities, numbers, names, villages,
merged records and a policy version, corrected and taken back.
"""

import datetime
import random
from collections import Counter

import pytest

import collection.tasks  # noqa: F401
from collection.consequences.comparing import compare
from collection.consequences.models import Consequence
from collection.consequences.quotes import follow_policy
from collection.consequences.reviews import confirm_quote
from collection.consequences.rosters import withdraw_roster
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.entitlements import funds
from collection.entitlements.services import owing_nothing
from collection.money.models import VillageAccount
from collection.money.selectors import recount
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from residents.counter.corrections import (
    change_number,
    correct_birth_date,
    correct_insured_years,
    set_parent,
    withdraw_parent,
)
from residents.counter.services import change_resident
from residents.duplicates.services import decide_merge, propose_merge
from residents.people.facts import FactKind
from residents.people.models import InsuredYear, ParentLink, StatusEntry
from residents.statuses.services import set_status, withdraw_status
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Roster
from tests.collection.entitlements.test_consequences import County
from tests.collection.paid_people import OTHER, VILLAGE
from tests.factories import invented_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent_queue")]
TODAY = datetime.date(2025, 3, 10)
DAYS = [datetime.date(2024, 10, 8), datetime.date(2024, 12, 31), datetime.date(2025, 3, 5)]


class World:
    """A mother, her child with a birth certificate, a man with gaps; an office that hears of things in any order."""

    def __init__(self, campaign, make_user, make_resident, seed):
        self.campaign, self.random, self.done = campaign, random.Random(seed), Counter()
        self.county = County(campaign, VILLAGE, make_user)
        self.officer, self.second = self.county.head, self.county.clerk
        self.mother = make_resident(VILLAGE, name="李秀英", birth="1995-01-01", sex="F")
        self.man = make_resident(VILLAGE, name="王大山", birth="1970-05-01")
        self.double = make_resident(VILLAGE, name="王大山", birth="1970-05-01")
        InsuredYear.objects.create(resident=self.double, year=2022, source="居民登记册")
        baby = {"id_number": "W123456789", "document_type": "birth", "registered_on": TODAY}
        self.baby = make_resident(VILLAGE, name="王小花", birth="2025-02-20", sex="F", **baby)

    @property
    def people(self):
        return [self.mother, self.man, self.baby]

    def step(self):
        acts = (self.pay, self.status, self.years, self.birth, self.parent, self.mark, self.number, self.rename)
        act = self.random.choice((*acts, self.move, self.merge, self.adopt, self.take_back, self.take_back, self.pay))
        for person in (*self.people, self.double):
            person.refresh_from_db()
        try:
            act()
        except Refused:
            return
        self.run_jobs()
        self.done[act.__name__] += 1

    def run_jobs(self):
        while job := Job.objects.filter(state="queued").order_by("created_at").first():
            jobs.run(job.pk)
            job.refresh_from_db()
            assert job.state == "done", job.message

    def pay(self):
        person = self.random.choice(self.people)
        day = max(self.random.choice(DAYS), person.birth_date)
        quoted = quote_residents(campaign=self.campaign, residents=[person], paid_on=day)[person.pk]
        if isinstance(quoted, QuoteError) or not quoted.due or person.status != "active":
            return
        payment = Payment(person.pk, person.village_id, "self", day, quoted, state="posted")
        record_contributions(campaign=self.campaign, payments=[payment], actor=self.officer)

    def status(self):
        person = self.random.choice([self.mother, self.man])
        status = self.random.choice(["dead", "employee", "elsewhere", "army", "moved", "active"])
        since = self.random.choice([*DAYS, TODAY])
        set_status(resident=person, status=status, since=since, source="证明", actor=self.officer)

    def years(self):
        add, gone = self.random.sample(range(2018, 2025), 2), self.random.sample(range(2018, 2025), 2)
        facts = {"source": "参保证明", "actor": self.officer}
        correct_insured_years(resident=self.man, add=add, remove=gone, **facts)

    def birth(self):
        born = datetime.date(2025, 2, 20) + datetime.timedelta(days=self.random.randrange(-60, 15))
        correct_birth_date(resident=self.baby, birth_date=born, source="出生医学证明", actor=self.officer)

    def parent(self):
        who = {"name": self.mother.name, "id_number": self.mother.id_number, "source": "出生医学证明"}
        set_parent(child=self.baby, relation="mother", actor=self.officer, **who)

    def mark(self):
        self.county.mark([self.random.choice([self.mother, self.man])], "低保对象", since="2024-11-20")

    def number(self):
        change_number(resident=self.baby, id_number=invented_number(self.baby.birth_date, "F", 77), actor=self.officer)

    def rename(self):
        change_resident(resident=self.man, name=self.random.choice(["王大山", "王太山"]), actor=self.officer)

    def move(self):
        village = Region.objects.get(pk=self.random.choice([VILLAGE, OTHER]))
        change_resident(resident=self.random.choice(self.people), village=village, actor=self.officer)

    def merge(self):
        case = propose_merge(keep=self.man, drop=self.double, reason="同一人", actor=self.officer)
        decide_merge(case=case, accept=True, actor=self.second)

    def adopt(self):
        follow_policy(self.campaign, self.officer)

    def take_back(self):
        links = ParentLink.objects.filter(withdrawn_at__isnull=True)
        entries = StatusEntry.objects.filter(withdrawn_at__isnull=True)
        rosters = Roster.objects.filter(state="applied")
        row = self.random.choice([*links, *entries, *rosters, None])
        if isinstance(row, ParentLink):
            withdraw_parent(link=row, reason="登记有误", actor=self.officer)
        elif isinstance(row, StatusEntry):
            withdraw_status(entry=row, reason="登记有误", actor=self.officer)
        elif row:
            withdraw_roster(roster=row, reason="交错了", actor=self.officer)

    def waits_as_the_facts_ask(self):
        live = Contribution.objects.filter(campaign=self.campaign, ended_at__isnull=True)
        open_reviews = Consequence.objects.filter(kind="quote", state="open")
        asked = {one.booked.pk: one.now for one in compare(self.campaign, live) if one.differs}
        assert {row.contribution_id: row.after for row in open_reviews} == asked
        free = owing_nothing(self.campaign).filter(birth_date__year=2025)
        quotes = quote_residents(campaign=self.campaign, residents=free, paid_on=TODAY, taking_payment=False)
        assert not [pk for pk, quote in quotes.items() if not isinstance(quote, QuoteError) and not quote.due]

    def adds_up(self):
        assert recount(campaign=self.campaign) == []
        for row in VillageAccount.objects.all():
            assert row.collected == row.in_hand + row.township + row.clearing + row.treasury + row.refunded
        assert funds.table(campaign=self.campaign, region="411325").agrees


@pytest.mark.parametrize("seed", range(6))
def test_what_waits_is_what_the_facts_ask_for(campaign, business_clock, make_user, make_resident, seed):
    business_clock("2025-03-10T10:00")
    world = World(campaign, make_user, make_resident, seed)
    for _ in range(25):
        world.step()
        world.waits_as_the_facts_ask()
    world.adds_up()
    for review in Consequence.objects.filter(kind="quote", state="open"):
        confirm_quote(consequence=review, note="核对", actor=world.officer)
    world.run_jobs()
    world.waits_as_the_facts_ask()
    world.adds_up()
    assert sum(world.done.values()) > 8, world.done


def test_no_kind_of_fact_is_forgotten():
    """Each kind has a step above, or its own way in (REGISTERED: test_newborns.py)."""
    steps = {
        FactKind.STATUS: World.status,
        FactKind.BIRTH_DATE: World.birth,
        FactKind.INSURED_YEARS: World.years,
        FactKind.NUMBER: World.number,
        FactKind.NAME: World.rename,
        FactKind.VILLAGE: World.move,
        FactKind.PARENT: World.parent,
        FactKind.MERGED: World.merge,
    }
    assert steps.keys() | {FactKind.REGISTERED} == set(FactKind)
