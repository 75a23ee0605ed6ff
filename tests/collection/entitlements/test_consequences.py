"""What marks mean for contributions: enrolled without payment, differences, and all of it taken back."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.consequences.rosters import apply_roster, money_moved, withdraw_roster
from collection.contributions.models import Contribution, ContributionFund
from collection.contributions.services import Payment, record_contributions
from collection.entitlements import differences
from collection.entitlements import services as entitlements
from collection.entitlements.models import DifferenceCase
from collection.money import services as money
from collection.money.models import Movement
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.access.roles import Role
from core.audit.models import Event
from core.jobs import services as jobs
from core.refusals import Refused
from residents.people.models import Resident
from subsidies.campaigns.services import open_campaign
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters import apply
from subsidies.rosters import services as rosters
from subsidies.rosters.comparing import seen_counts
from subsidies.rosters.models import Identity, Roster, RosterRow
from tests.collection.paid_people import PAYEE

VILLAGE = "411325101200"
Channel, State = Contribution.Channel, Contribution.State


class County:
    """A county's bureau at work."""

    def __init__(self, campaign, village, make_user):
        self.campaign, self.village = campaign, village
        self.clerk, self.head = (make_user(Role.COUNTY, campaign.county_id) for _ in range(2))

    def roster(self, people, category, *, since="2024-09-01", kind=Roster.Kind.SUPPLEMENT):
        rules = self.campaign.policy.category(category)
        roster = Roster.objects.create(
            campaign=self.campaign,
            county=self.campaign.county,
            department=rules.department,
            category=rules.name,
            kind=kind,
            recognised_on=datetime.date.fromisoformat(since),
            document="文件",
            state=Roster.State.READY,
            uploaded_by=self.clerk,
            uploaded_at=datetime.datetime(2024, 9, 1, tzinfo=datetime.UTC),
        )
        RosterRow.objects.bulk_create(
            RosterRow(
                roster=roster,
                number=n,
                name=p.name,
                id_number=p.id_number,
                category=rules.name,
                recognised_on=roster.recognised_on,
                outcome=RosterRow.Outcome.PENDING,
            )
            for n, p in enumerate(people, 2)
        )
        rosters.recheck_roster(roster=roster, actor=self.clerk)
        return roster

    def apply(self, roster):
        return apply_roster(roster=roster, seen=seen_counts(roster), endings_confirmed=True, actor=self.head)

    def mark(self, people, category, **facts):
        roster = self.roster(people, category, **facts)
        return roster, self.apply(roster)

    def pay(self, resident, on):
        day = datetime.date.fromisoformat(on)
        quotes = quote_residents(campaign=self.campaign, residents=[resident], paid_on=day)
        payment = Payment(resident.pk, resident.village_id, Channel.CASH, day, quotes[resident.pk])
        return record_contributions(campaign=self.campaign, payments=[payment], actor=self.clerk)[0]

    def contribution(self, resident):
        return Contribution.objects.filter(resident=resident, ended_at__isnull=True).first()


@pytest.fixture
def neixiang(campaign, make_user):
    return County(campaign, VILLAGE, make_user)


@pytest.fixture
def gaoyang(db, business_clock, make_user):
    business_clock("2025-11-20T10:00")
    campaign, _ = open_campaign(policy_id="130628-2026")
    from core.regions.models import Region

    village = Region.objects.filter(code__startswith="130628", level="village").first().code
    return County(campaign, village, make_user)


def test_a_fully_subsidised_person_is_enrolled_without_payment(neixiang, make_resident):
    person = make_resident(VILLAGE)
    _, effects = neixiang.mark([person], "特困人员")
    assert effects.enrolled == 1
    made = neixiang.contribution(person)
    assert (made.channel, made.state, made.amount, made.subsidy) == (Channel.FREE, State.POSTED, 0, Decimal("400.00"))
    assert made.posted_at is not None and "三（二）1" in made.clause
    assert list(ContributionFund.objects.values_list("source", "amount")) == [("医疗救助资金", Decimal("400.00"))]
    assert not Movement.objects.exists()


def test_a_partly_subsidised_person_still_owes(neixiang, make_resident):
    person = make_resident(VILLAGE)
    _, effects = neixiang.mark([person], "低保对象")
    assert effects.enrolled == 0
    assert neixiang.contribution(person) is None


def test_an_enrolled_person_is_not_charged_again(neixiang, make_resident):
    person = make_resident(VILLAGE)
    neixiang.mark([person], "特困人员")
    day = datetime.date(2024, 10, 20)
    Identity.objects.all().delete()
    quotes = quote_residents(campaign=neixiang.campaign, residents=[person], paid_on=day)
    payment = Payment(person.pk, VILLAGE, Channel.CASH, day, quotes[person.pk])
    assert record_contributions(campaign=neixiang.campaign, payments=[payment], actor=neixiang.clerk) == []


def test_the_dead_are_not_enrolled(neixiang, make_resident):
    person = make_resident(VILLAGE)
    roster = neixiang.roster([person], "特困人员")
    apply.apply_roster(roster=roster, seen=seen_counts(roster), endings_confirmed=False, actor=neixiang.head)
    Resident.objects.filter(pk=person.pk).update(status=Resident.Status.DEAD)
    effects = entitlements.apply_effects(
        campaign=neixiang.campaign, residents=[person.pk], roster=roster, actor=neixiang.head
    )
    assert effects.enrolled == 0


def test_where_the_notice_is_silent_staff_are_told(neixiang, make_resident):
    person = make_resident(VILLAGE)
    paid = neixiang.pay(person, "2024-10-10")
    roster, effects = neixiang.mark([person], "低保对象", since="2024-10-20")
    assert (effects.notices, effects.refunds) == (1, 0)
    case = DifferenceCase.objects.get()
    assert (case.contribution, case.difference, case.due, case.state) == (
        paid,
        Decimal("80.00"),
        Decimal("320.00"),
        "open",
    )
    assert "没有写" in case.why and not Refund.objects.exists()
    entitlements.apply_effects(campaign=neixiang.campaign, residents=[person.pk], roster=roster, actor=neixiang.head)
    assert DifferenceCase.objects.count() == 1
    with pytest.raises(Refused, match="写明"):
        differences.resolve_case(case=case, note=" ", actor=neixiang.head)
    differences.resolve_case(case=case, note="请示市局后不退", actor=neixiang.head)
    with pytest.raises(Refused, match="处理过"):
        differences.resolve_case(case=case, note="再来一次", actor=neixiang.head)
    entitlements.apply_effects(campaign=neixiang.campaign, residents=[person.pk], roster=roster, actor=neixiang.head)
    assert DifferenceCase.objects.count() == 1


def test_where_the_notice_grants_it_a_refund_case_is_made(gaoyang, make_resident):
    person = make_resident(gaoyang.village)
    paid = gaoyang.pay(person, "2025-11-10")
    _, effects = gaoyang.mark([person], "低保对象", since="2025-11-18")
    assert (effects.notices, effects.refunds) == (0, 1)
    refund = Refund.objects.get()
    assert (refund.contribution, refund.amount, refund.reason, refund.ends_enrolment) == (
        paid,
        Decimal("360.00"),
        "identity_difference",
        False,
    )
    case = refund.difference_case
    assert case.state == "refunding" and "二（五）6" in case.why
    with pytest.raises(Refused, match="已转退费"):
        differences.resolve_case(case=case, note="x", actor=gaoyang.head)


def test_recognised_after_the_period_is_kept_without_effect(neixiang, gaoyang, business_clock, make_resident):
    first, second = make_resident(VILLAGE), make_resident(gaoyang.village)
    paid = gaoyang.pay(second, "2025-11-10")
    business_clock("2026-03-05T10:00")
    _, effects = gaoyang.mark([second], "低保对象", since="2026-03-02")
    assert (effects.refunds, effects.notices) == (0, 0)
    assert gaoyang.contribution(second) == paid
    _, effects = neixiang.mark([first], "特困人员", since="2025-01-02")
    assert effects.enrolled == 0
    assert Identity.objects.filter(resident=first).exists()


def test_in_gaoyang_a_late_recognition_enrols_from_the_next_month_on(gaoyang, business_clock, make_resident):
    person = make_resident(gaoyang.village)
    business_clock("2026-03-05T10:00")
    _, effects = gaoyang.mark([person], "特困人员", since="2026-03-02")
    assert effects.enrolled == 0
    business_clock("2026-03-31T23:00")
    assert entitlements.enrol_fully_subsidised(campaign=gaoyang.campaign, actor=gaoyang.head) == 0
    business_clock("2026-04-01T08:00")
    assert entitlements.enrol_fully_subsidised(campaign=gaoyang.campaign, actor=gaoyang.head) == 1
    assert gaoyang.contribution(person).amount == 0


def test_a_better_mark_after_the_reduced_payment(neixiang, make_resident):
    person = make_resident(VILLAGE)
    neixiang.mark([person], "低保对象")
    neixiang.pay(person, "2024-10-10")
    _, effects = neixiang.mark([person], "特困人员", since="2024-10-15")
    assert (effects.enrolled, effects.notices) == (0, 1)
    assert DifferenceCase.objects.get().difference == Decimal("320.00")


def test_taken_back_whole_with_its_consequences(neixiang, make_resident):
    free, told = make_resident(VILLAGE), make_resident(VILLAGE)
    neixiang.pay(told, "2024-10-10")
    roster, _ = neixiang.mark([free, told], "特困人员", since="2024-10-15")
    assert withdraw_roster(roster=roster, reason="交错了文件", actor=neixiang.head) == set()
    assert neixiang.contribution(free) is None
    assert DifferenceCase.objects.get().state == "withdrawn"
    assert not Identity.objects.filter(withdrawn_at__isnull=True).exists()
    ended = Contribution.objects.get(resident=free)
    assert ended.state == State.REVERSED and "交错了文件" in ended.end_reason
    assert Event.objects.filter(action="contribution.reverse", object_id=str(ended.pk)).exists()


def test_where_money_has_moved_the_mark_stays_and_is_listed(neixiang, make_resident):
    paid, unpaid = make_resident(VILLAGE), make_resident(VILLAGE)
    roster, _ = neixiang.mark([paid, unpaid], "低保对象")
    neixiang.pay(paid, "2024-10-10")
    assert money_moved(roster) == {paid.pk}
    assert withdraw_roster(roster=roster, reason="交错了", actor=neixiang.head) == {paid.pk}
    assert list(roster.identities.filter(withdrawn_at__isnull=True).values_list("resident_id", flat=True)) == [paid.pk]
    assert str(neixiang.contribution(paid).amount) == "320.00"


def test_differences_are_dropped_in_as_many_statements_for_thirty_as_for_two(gaoyang, make_resident):
    counts = []
    for people, since in ((2, "2025-11-18"), (30, "2025-11-19")):
        marked = [make_resident(gaoyang.village) for _ in range(people)]
        for person in marked:
            gaoyang.pay(person, "2025-11-10")
        roster, _ = gaoyang.mark(marked, "低保对象", since=since)
        with CaptureQueriesContext(connection) as queries:
            withdraw_roster(roster=roster, reason="交错了", actor=gaoyang.head)
        counts.append(len(queries))
    assert counts[1] <= counts[0]
    assert set(Refund.objects.values_list("state", flat=True)) == {Refund.State.REJECTED}
    assert set(DifferenceCase.objects.values_list("state", flat=True)) == {DifferenceCase.State.WITHDRAWN}
    assert Event.objects.filter(action__in=["refund.withdraw", "difference.withdraw"]).count() == 64


def test_a_requested_difference_is_dropped_a_reviewed_one_stays(gaoyang, make_resident):
    requested, reviewed = make_resident(gaoyang.village), make_resident(gaoyang.village)
    for person in (requested, reviewed):
        gaoyang.pay(person, "2025-11-10")
    roster, _ = gaoyang.mark([requested, reviewed], "低保对象", since="2025-11-18")
    Refund.objects.filter(resident=reviewed).update(state=Refund.State.FIRST_PASSED)
    assert withdraw_roster(roster=roster, reason="交错了", actor=gaoyang.head) == {reviewed.pk}
    assert Refund.objects.get(resident=requested).state == Refund.State.REJECTED
    assert Refund.objects.get(resident=reviewed).state == Refund.State.FIRST_PASSED


def test_a_full_list_taken_back_revives_and_follows(neixiang, make_resident):
    person = make_resident(VILLAGE)
    neixiang.mark([person], "低保对象")
    full = neixiang.roster([make_resident(VILLAGE)], "低保对象", since="2024-09-20", kind=Roster.Kind.FULL)
    neixiang.apply(full)
    assert str(neixiang.pay(person, "2024-10-10").amount) == "400.00"
    withdraw_roster(roster=full, reason="少了人", actor=neixiang.head)
    assert DifferenceCase.objects.get().difference == Decimal("80.00")


def test_applied_and_withdrawn_by_jobs(neixiang, make_resident, silent_queue):
    person = make_resident(VILLAGE)
    roster = neixiang.roster([person], "特困人员")
    facts = {
        "roster": roster,
        "seen": seen_counts(roster),
        "endings_confirmed": False,
        "actor": neixiang.head,
    }
    job = apply.ask_to_apply(**facts)
    assert apply.ask_to_apply(**facts).pk == job.pk
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done" and "免缴参保 1 人" in job.message
    job = apply.ask_to_withdraw(roster=roster, reason="交错了", actor=neixiang.head)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.message == "已整份撤回"
    again = apply.ask_to_apply(**facts)
    jobs.run(again.pk)
    again.refresh_from_db()
    assert again.state == "failed" and "已撤回" in again.message


def test_marks_made_before_the_campaign_and_infants(db, business_clock, make_user, make_resident):
    business_clock("2025-11-20T10:00")
    campaign, _ = open_campaign(policy_id="140405-2026")
    from core.regions.models import Region

    village = Region.objects.filter(code__startswith="140405", level="village").first().code
    tunliu = County(campaign, village, make_user)
    infant = make_resident(village, birth="2023-02-01")
    toddler = make_resident(village, birth="2022-11-20")
    marked = make_resident(village)
    Identity.objects.create(
        resident=marked, kind="特困人员", department="民政局", recognised_on=datetime.date(2020, 1, 1)
    )
    assert entitlements.enrol_fully_subsidised(campaign=campaign, actor=tunliu.head, limit=1) >= 1
    while entitlements.enrol_fully_subsidised(campaign=campaign, actor=tunliu.head):
        pass
    assert tunliu.contribution(infant).category == "未满3周岁婴幼儿"
    assert tunliu.contribution(marked).category == "特困人员"
    assert tunliu.contribution(toddler) is None


def test_another_person_must_apply(neixiang, make_resident):
    roster = neixiang.roster([make_resident(VILLAGE)], "特困人员")
    with pytest.raises(Refused, match="不能自己应用"):
        apply_roster(roster=roster, seen=seen_counts(roster), endings_confirmed=False, actor=neixiang.clerk)
    assert not Contribution.objects.exists()


def test_statements_do_not_grow_with_the_people(neixiang, make_resident):
    people = [make_resident(VILLAGE, name=f"人{chr(0x4E00 + n)}") for n in range(60)]
    counts = []
    for group in (people[:2], people[2:60]):
        roster = neixiang.roster(group, "特困人员", since=f"2024-09-{len(group) % 28 + 1:02d}")
        with CaptureQueriesContext(connection) as queries:
            neixiang.apply(roster)
        counts.append(len(queries))
    # Rows with a primary key of their own go in by some dozens a statement on SQLite.
    assert counts[1] - counts[0] <= 12


def test_a_difference_paid_back_is_owed_by_its_fund(gaoyang, make_resident, make_user):
    from collection.entitlements import funds
    from collection.money import services as money
    from collection.refunds import services as refunds

    person = make_resident(gaoyang.village)
    paid = gaoyang.pay(person, "2025-11-10")
    gaoyang.mark([person], "低保对象", since="2025-11-18")
    facts = {"campaign": gaoyang.campaign, "region": "130628"}
    assert funds.table(**facts).total.total == 0
    Contribution.objects.filter(pk=paid.pk).update(state=State.POSTED)
    for kind in (Movement.Kind.DEPOSIT, Movement.Kind.REMIT, Movement.Kind.POST):
        fact = money.Fact(
            key=f"{kind}:{paid.pk}",
            kind=kind,
            village=gaoyang.village,
            amount=paid.amount,
            on=datetime.date(2025, 11, 20),
        )
        money.record_movements(campaign=gaoyang.campaign, actor=gaoyang.clerk, facts=[fact])
    refund = refunds.set_payee(refund=Refund.objects.get(), actor=gaoyang.clerk, **PAYEE)
    refunds.pass_first(refund=refund, actor=make_user(Role.TAX, "130628"))
    refunds.pay_refund(refund=refund, actor=gaoyang.head)
    table = funds.table(**facts)
    assert (table.total.total, table.differences, table.agrees) == (Decimal("360.00"), Decimal("360.00"), True)
    assert table.sources == ["医疗救助资金"]


def test_a_closed_campaign_keeps_its_enrolments(neixiang, make_resident):
    person, other = make_resident(VILLAGE), make_resident(VILLAGE, birth="1980-01-01")
    roster, _ = neixiang.mark([person], "特困人员")
    ready = neixiang.roster([other], "孤儿")
    type(roster.campaign).objects.update(closed_at=roster.campaign.opened_at)
    with pytest.raises(Refused, match="已经办结"):
        withdraw_roster(roster=roster, reason="错了", actor=neixiang.head)
    with pytest.raises(Refused, match="已经办结"):
        neixiang.apply(ready)
    assert neixiang.contribution(person).state == State.POSTED
    assert neixiang.contribution(other) is None


def test_a_worker_lost_right_after_applying_a_list_has_applied_it(neixiang, make_resident, silent_queue):
    roster = neixiang.roster([make_resident(VILLAGE)], "特困人员")
    job = apply.ask_to_apply(roster=roster, seen=seen_counts(roster), endings_confirmed=False, actor=neixiang.head)
    for _ in range(2):
        jobs.Job.objects.filter(pk=job.pk).update(state="queued", token=None)
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.message[:3]) == ("done", "已应用")
    assert Contribution.objects.count() == 1 and Event.objects.filter(action="roster.apply").count() == 1


# --- Paid, then recognised: to the end ------------------------------------------------------------------------------


@pytest.mark.parametrize(("category", "difference"), [("低保对象", 80), ("特困人员", 400)])
def test_where_the_notice_is_silent_the_bureau_grants_it_by_a_document(
    neixiang, make_resident, make_user, category, difference
):
    person = make_resident(VILLAGE)
    paid = neixiang.pay(person, "2024-10-10")
    neixiang.mark([person], category, since="2024-10-15")
    case = DifferenceCase.objects.get()
    with pytest.raises(Refused, match="文件"):
        differences.decide_difference(case=case, grants=True, document="", actor=neixiang.clerk)
    differences.decide_difference(case=case, grants=True, document="宛医保〔2024〕9号", actor=neixiang.clerk)
    refund = Refund.objects.get()
    assert (refund.amount, refund.ends_enrolment, refund.reason_name) == (difference, False, "身份变更差额")
    facts = [
        money.Fact(f"{kind}:{paid.pk}", kind, VILLAGE, paid.amount, datetime.date(2024, 10, 20))
        for kind in (Movement.Kind.DEPOSIT, Movement.Kind.REMIT, Movement.Kind.POST)
    ]
    for fact in facts:
        money.record_movements(campaign=neixiang.campaign, actor=neixiang.clerk, facts=[fact])
    Contribution.objects.filter(pk=paid.pk).update(state=State.POSTED)
    refunds.set_payee(refund=refund, actor=neixiang.clerk, **PAYEE)
    refunds.pass_first(refund=refund, actor=make_user(Role.TAX, "411325"))
    refunds.pay_refund(refund=refund, actor=neixiang.head)
    case.refresh_from_db()
    paid.refresh_from_db()
    assert (case.state, case.document, paid.ended_at) == ("handled", "宛医保〔2024〕9号", None)
    assert ContributionFund.objects.get(contribution=paid).amount == difference
    with pytest.raises(Refused, match="处理过"):
        differences.decide_difference(case=case, grants=False, document="x", actor=neixiang.clerk)


def test_refused_by_a_document_nothing_goes_back(neixiang, make_resident):
    person = make_resident(VILLAGE)
    neixiang.pay(person, "2024-10-10")
    neixiang.mark([person], "低保对象", since="2024-10-15")
    case = DifferenceCase.objects.get()
    differences.decide_difference(case=case, grants=False, document="会议纪要3号", actor=neixiang.clerk)
    case.refresh_from_db()
    assert (case.state, Refund.objects.count()) == ("handled", 0)
