"""The fund statement of a day adds up, whichever way it is cut, and says what is booked and not posted."""

import datetime
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.consequences.models import Consequence
from collection.contributions.models import Contribution, ContributionFund
from collection.contributions.services import Payment, record_contributions
from collection.finance.selectors import people_of, statement
from collection.finance.statement import WITHOUT_TOWNSHIP, EntryCell, fund_lines, head_lines
from config import clock
from core.refusals import Refused  # noqa: F401
from residents.people.models import StatusEntry
from residents.statuses.services import set_status, withdraw_status
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity
from tests.collection.paid_people import DAY, FAR, VILLAGE, pay

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = datetime.date(2024, 10, 25)


@pytest.fixture
def subsidised(campaign, officer, make_resident):
    """`subsidised(village, kind)` → a person of that mark has paid by telephone, and the money is in the treasury."""

    def subsidised(village=VILLAGE, kind="低保对象", *, state="posted", day=DAY):
        person = make_resident(village)
        Identity.objects.create(
            resident=person, kind=kind, department="民政局", recognised_on=datetime.date(2024, 8, 1), document="名单"
        )
        quote = quote_residents(campaign=campaign, residents=[person], paid_on=day, taking_payment=False)[person.pk]
        channel = "self" if quote.due else "free"
        posted = clock.now() if state == "posted" else None
        payment = Payment(person.pk, village, channel, day, quote, state=state, posted_at=posted)
        return record_contributions(campaign=campaign, payments=[payment], actor=officer)[0]

    return subsidised


def rows(table):
    return [(line.label, line.people, line.owed, line.unposted_people, line.unposted) for line in table.lines]


def test_every_table_is_a_sum_of_the_same_money(campaign, officer, subsidised):
    subsidised(VILLAGE, "低保对象")
    subsidised(FAR, "特困人员", day=datetime.date(2024, 9, 8))
    subsidised(FAR, "重度残疾人", state="collected")
    pay(campaign, officer, people=2)
    made = statement(campaign=campaign, on=TODAY)
    assert (made.heads, made.unposted_heads) == (2, 3)
    funds, departments, townships, months = made.tables[1:]
    assert rows(funds) == [("医疗救助资金", 2, D(480), 1, D(80))]
    assert rows(departments) == [("民政局", 2, D(480), 0, D(0)), ("残联", 0, D(0), 1, D(80))]
    assert [line[2] for line in rows(townships)] == [D(80), D(400)]
    assert rows(months)[0] == ("2024年09月", 1, D(400), 0, D(0))
    assert {(t.total.owed, t.total.unposted) for t in made.tables[1:]} == {(D(480), D(80))}
    assert made.difference == 0


def test_public_finance_is_per_head_and_says_what_the_notice_leaves_open(campaign, subsidised):
    subsidised()
    heads = statement(campaign=campaign, on=TODAY).tables[0]
    assert heads.total.owed == D(670) and heads.total.note == "每人 670.00 元"
    assert [(line.label, line.owed, line.note) for line in heads.lines][0] == ("财政补助（中央）", None, "每人金额未定")


def test_where_the_shares_are_set_each_tier_owes_its_own():
    entries = [
        EntryCell("received", "财政补助（省级）", "", "", TODAY, D(100)),
        EntryCell("applied", "财政补助", "", "", TODAY, D(9)),
    ]
    lines, total = head_lines(
        shares={"省级": D(268), "县级": None}, whole=D(670), heads=3, unposted_heads=1, entries=entries
    )
    assert (lines[0].owed, lines[0].received, lines[0].arrears, lines[0].unposted) == (D(804), D(100), D(704), D(268))
    assert (lines[1].owed, lines[1].arrears) == (None, None)
    assert (total.owed, total.received, total.applied) == (D(2010), D(100), D(9))


def test_a_line_of_vouchers_that_name_no_township_says_why_it_has_too_much():
    entries = [EntryCell("received", "医疗救助资金", "民政局", "", TODAY, D(100))]
    lines, _ = fund_lines(label_of=lambda cell: WITHOUT_TOWNSHIP, owed=[], entries=entries)
    assert [(line.label, line.note, line.arrears) for line in lines] == [(WITHOUT_TOWNSHIP, "凭证没有写明乡镇", -100)]
    lines, _ = fund_lines(label_of=lambda cell: "夏馆镇", owed=[], entries=entries)
    assert [line.note for line in lines] == [""]


def test_a_day_that_is_past_stays_as_it_was(campaign, subsidised, business_clock):
    business_clock("2024-10-20T10:00")
    subsidised()
    business_clock("2024-10-25T11:00")
    gone = subsidised()
    Contribution.objects.filter(pk=gone.pk).update(ended_at=clock.now(), state="refunded")
    later = statement(campaign=campaign, on=TODAY)
    earlier = statement(campaign=campaign, on=datetime.date(2024, 10, 20))
    before = statement(campaign=campaign, on=datetime.date(2024, 10, 19))
    assert [made.heads for made in (before, earlier, later)] == [0, 1, 1]
    assert [made.tables[1].total.owed for made in (before, earlier, later)] == [0, 80, 80]


def test_a_past_day_knows_the_stops_of_that_day(campaign, officer, subsidised, business_clock):
    business_clock("2024-10-20T10:00")
    resident = subsidised().resident
    business_clock("2024-10-22T10:00")
    set_status(resident=resident, status="dead", since=DAY, source="死亡证明", actor=officer)
    business_clock("2024-10-24T10:00")
    withdraw_status(entry=StatusEntry.objects.get(resident=resident), reason="登记错人", actor=officer)
    business_clock("2024-10-25T11:00")
    owed = [statement(campaign=campaign, on=datetime.date(2024, 10, day)) for day in range(20, 26)]
    assert [made.tables[1].total.owed for made in owed] == [80, 80, 0, 0, 80, 80]
    assert {made.difference for made in owed} == {0}
    assert people_of(campaign=campaign, on=datetime.date(2024, 10, 21), fund="", department="").count() == 1
    assert people_of(campaign=campaign, on=datetime.date(2024, 10, 22), fund="", department="").count() == 0


def test_stops_that_were_withdrawn_before_their_times_were_kept(campaign, officer, subsidised, business_clock):
    business_clock("2024-10-20T10:00")
    resident = subsidised().resident
    business_clock("2024-10-22T10:00")
    set_status(resident=resident, status="dead", since=DAY, source="死亡证明", actor=officer)
    business_clock("2024-10-24T10:00")
    withdraw_status(entry=StatusEntry.objects.get(resident=resident), reason="登记错人", actor=officer)
    Consequence.objects.update(stopped_at=None, resumed_at=None)
    business_clock("2024-10-25T11:00")
    days = [datetime.date(2024, 10, day) for day in (21, 23, 24)]
    assert [statement(campaign=campaign, on=day).tables[1].total.owed for day in days] == [80, 80, 80]
    migration = import_module("collection.migrations.0030_stops_that_were_withdrawn")
    migration.date_withdrawn_stops(apps, SimpleNamespace(connection=connection))
    assert [statement(campaign=campaign, on=day).tables[1].total.owed for day in days] == [80, 0, 80]


def test_a_statement_that_does_not_add_up_says_so(campaign, subsidised):
    made = subsidised()
    ContributionFund.objects.filter(contribution=made).delete()
    assert statement(campaign=campaign, on=TODAY).difference == -80


def test_who_is_paid_for_by_two_funds_is_one_person(campaign, officer, subsidised, business_clock):
    both, one, other = subsidised(), subsidised(), subsidised(state="collected")
    subsidised(kind="特困人员")
    pay(campaign, officer, people=2)
    for made in (both, other):
        made.funds.update(amount=50)
        ContributionFund.objects.create(contribution=made, source="县财政", amount=30)
    made = statement(campaign=campaign, on=TODAY)
    assert (made.heads, made.unposted_heads, made.subsidies, made.difference) == (3, 3, 560, 0)
    assert rows(made.tables[1]) == [("医疗救助资金", 3, D(530), 1, D(50)), ("县财政", 1, D(30), 1, D(30))]
    set_status(resident=both.resident, status="dead", since=DAY, source="死亡证明", actor=officer)
    made = statement(campaign=campaign, on=TODAY)
    assert (made.subsidies, made.difference) == (480, 0)
    ContributionFund.objects.filter(contribution=one).update(amount=79)
    assert statement(campaign=campaign, on=TODAY).difference == -1


@pytest.mark.parametrize("people", [1, 6])
def test_as_many_statements_for_one_as_for_many(campaign, subsidised, people):
    for _ in range(people):
        subsidised()
    with CaptureQueriesContext(connection) as asked:
        statement(campaign=campaign, on=TODAY)
    assert len(asked) <= 6
