"""What each status means in each county: cover, refund and deadline, subsidy, heads, who has to act; and taken back."""

import datetime
import itertools

import pytest

from collection.consequences.models import Consequence
from collection.consequences.services import work_out_statuses
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.entitlements import funds
from collection.entitlements.groups import groups
from collection.ledgers.check import check_ledger
from collection.ledgers.facts import gather
from collection.ledgers.reading import read_ledger
from collection.money.selectors import recount
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.access.roles import Role
from core.files.models import Attachment
from core.pages.frame import todos_for
from core.regions.models import Region
from core.tables.reader import Sheet, Workbook
from reporting.progress.groups import coverage_by_kind
from residents.people.models import StatusEntry
from residents.statuses.services import set_status, withdraw_status
from subsidies.campaigns.services import open_campaign
from subsidies.quotes.selectors import quote_residents
from tests.collection.entitlements.test_consequences import County
from tests.collection.ledgers.ledger_files import HEADING, person
from tests.collection.paid_people import PAYEE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent_queue")]
#: policy | marked on | paid on | the day of the fact | today | last day to apply | cover begins
COUNTIES = {
    "内乡": "411325-2025 2024-09-10 2024-10-10 2024-10-20 2024-10-25 2024-12-31 2025-01-01",
    "西峡": "411323-2026 2025-09-10 2025-10-10 2025-10-20 2025-10-25 2025-12-31 2026-01-01",
    "沁水": "140521-2026 2025-09-10 2025-11-10 2025-11-20 2025-11-24 2025-12-31 2026-01-01",
    "屯留": "140405-2026 2025-09-10 2025-11-10 2025-11-20 2025-11-24 2025-12-31 2026-01-01",
    "高阳": "130628-2026 2025-09-10 2025-11-10 2025-11-20 2025-11-24 2025-12-31 2026-01-01",
}
#: Status → outcome by the clauses; 高阳 alone names recruits and prisoners (方案 二（五）6).
OUTCOMES = {
    "dead": "refund",
    "army": "ask",
    "prison": "ask",
    "employee": "refund",
    "elsewhere": "refund",
    "moved": "stands",
}
OF_GAOYANG = {"army": "refund", "prison": "refund"}
REASONS = {"dead": "death", "employee": "employee_insurance", "elsewhere": "insured_elsewhere"}


class World:
    """Somebody of 低保 in a county, who pays before the day of the fact, and the offices that learn of both."""

    def __init__(self, name, business_clock, make_user, make_resident):
        policy, self.marked, *days = COUNTIES[name].split()
        self.paid_on, self.since, today, self.deadline, self.begins = map(datetime.date.fromisoformat, days)
        business_clock(f"{today}T10:00")
        campaign, _ = open_campaign(policy_id=policy)
        village = Region.objects.filter(code__startswith=policy[:6], level="village").order_by("code").first()
        self.campaign, self.village, self.code = campaign, village, policy[:6]
        self.county = County(campaign, village.pk, make_user)
        self.officer, self.taxman = self.county.head, make_user(Role.TAX, self.code)
        self.township = make_user(Role.TOWNSHIP, village.pk[:9])
        self.kind, self.make_resident = campaign.policy.category("低保对象").name, make_resident
        self.meet()

    def meet(self):
        self.person = self.make_resident(self.village.pk)
        self.county.mark([self.person], self.kind, since=self.marked)

    def pay(self):
        quotes = quote_residents(campaign=self.campaign, residents=[self.person], paid_on=self.paid_on)
        payment = Payment(self.person.pk, self.village.pk, "self", self.paid_on, quotes[self.person.pk], state="posted")
        record_contributions(campaign=self.campaign, payments=[payment], actor=self.officer)
        self.paid = Contribution.objects.get(resident=self.person)
        assert self.paid.subsidy > 0

    def learn(self, status):
        self.person.refresh_from_db()
        set_status(resident=self.person, status=status, since=self.since, source="证明", actor=self.officer)

    def take_back(self):
        withdraw_status(entry=StatusEntry.objects.get(resident=self.person), reason="登记有误", actor=self.officer)

    @property
    def claimed(self):
        table = funds.table(campaign=self.campaign, region=self.code)
        assert table.agrees
        return table.total.total

    @property
    def heads(self):
        """(应保, 已保, 核减) among the special group, and progress's (should, insured, excused)."""
        group = next(g for g in groups(campaign=self.campaign, region=self.code) if g.category == self.kind)
        found = dict(coverage_by_kind(self.campaign, self.code)).get(self.kind)
        return (group.to_insure, group.insured, group.left), found and (found.should, found.insured, found.excused)

    def told(self, user):
        return " ".join(todo.text for todo in todos_for(user))


@pytest.fixture
def world(db, business_clock, make_user, make_resident):
    return lambda name: World(name, business_clock, make_user, make_resident)


@pytest.mark.parametrize("county", COUNTIES)
def test_each_status_forwards_and_backwards(world, county):
    """The payment first and the fact after it, and the other way round; each of the table's rows with somebody new."""
    world = world(county)
    outcomes = {**OUTCOMES, **(OF_GAOYANG if county == "高阳" else {})}
    for number, (status, paid_first) in enumerate(itertools.product(outcomes, (True, False))):
        if number:
            world.meet()
        for step in (world.pay, lambda status=status: world.learn(status))[:: 1 if paid_first else -1]:
            step()
        others = number * world.paid.subsidy  # those before are insured again
        _forwards(world, status, outcomes[status], number, others)
        world.take_back()
        _backwards(world, number + 1, others + world.paid.subsidy)


def _forwards(world, status, outcome, people, others):
    name, gives_back = (status, outcome), outcome == "refund"
    what = Consequence.objects.get(resident=world.person)
    assert (what.outcome, what.happened_on) == (outcome, world.since), name
    assert what.cover_ends == (world.begins if gives_back else None), name
    assert what.deadline == (world.deadline if gives_back else None), name
    assert world.claimed == others + (0 if gives_back else world.paid.subsidy), name
    refunds = Refund.objects.filter(resident=world.person)
    assert list(refunds.values_list("reason", "amount")) == (
        [(REASONS.get(status, status), world.paid.amount)] if gives_back else []
    ), name
    assert ("1 笔退费缺证明材料或收款账号" in world.told(world.township)) == gives_back, name
    assert ("1 笔退费待初审" in world.told(world.taxman)) == gives_back, name
    assert ("1 人状态变化，通知没有写退不退费，等决定" in world.told(world.officer)) == (outcome == "ask"), name
    special, progress = world.heads
    assert special == (people, people, 1), name
    assert progress in (None, (people + 1, people + 1, 0)), "still insured until it is paid back"
    work_out_statuses(residents=[world.person.pk], actor=world.officer)
    assert Consequence.objects.filter(resident=world.person).count() == 1 and refunds.count() == gives_back


def _backwards(world, people, claimed):
    assert set(Consequence.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert not Refund.objects.exclude(state="rejected").exists()
    assert (world.claimed, world.heads[0]) == (claimed, (people, people, 0))
    assert "等决定" not in world.told(world.officer) and "退费" not in world.told(world.taxman)


@pytest.mark.parametrize(("county", "status"), [*((county, "dead") for county in COUNTIES), ("高阳", "army")])
def test_paid_back_to_the_end(world, county, status):
    """Papers, payee and account are asked of a case that opened by itself too; then cover and heads are gone."""
    world = world(county)
    world.pay()
    world.learn(status)
    refund = Refund.objects.get()
    paper = Attachment.objects.create(name="x", kind="evidence", size=1, sha256="x", region_code=world.village.pk)
    with pytest.raises(refunds.Refused, match="证明材料"):
        refunds.pass_first(refund=refund, actor=world.taxman)
    refund.evidence.add(paper)
    refunds.pass_first(refund=refund, actor=world.taxman)
    with pytest.raises(refunds.Refused, match="收款账号"):
        refunds.pay_refund(refund=refund, actor=world.officer)
    refunds.set_payee(refund=refund, actor=world.township, **PAYEE)
    refunds.pay_refund(refund=refund, actor=world.officer)
    special, progress = world.heads
    assert special == (0, 0, 1) and progress in (None, (1, 0, 1)), "out of 核实率's denominator"
    assert world.claimed == 0 and recount(campaign=world.campaign) == []
    world.take_back()
    assert Consequence.objects.get().outcome == "pay_again"
    assert "须通知重新缴费" in world.told(world.officer)


@pytest.mark.parametrize("county", COUNTIES)
def test_cash_of_the_days_before_the_death_is_still_booked(world, county):
    world = world(county)
    world.learn("dead")
    facts = {"name": world.person.name, "id_number": world.person.id_number}
    owed = quote_residents(campaign=world.campaign, residents=[world.person], paid_on=world.paid_on)[world.person.pk]
    for on, books in ((world.paid_on, True), (world.since, False)):
        row = person(0, paid_on=on.isoformat(), amount=str(owed.due), category="", **facts)
        reading = read_ledger(Workbook("xlsx", [Sheet("缴费清册", rows=[(1, list(HEADING)), (2, row)])]))
        known = gather(campaign=world.campaign, village=world.village, reading=reading, as_of=world.since)
        (judged,) = check_ledger(reading, known).rows
        assert judged.is_good == books, judged.problems
        codes = {remark.code for remark in (*judged.warnings, *judged.problems)}
        assert ("paid_before_status" if books else "resident_not_eligible") in codes
