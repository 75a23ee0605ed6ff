"""What was paid: once in however many lists it stands, arrears and surplus by month, reversed and never edited."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.refusals import Refused
from employees.members.models import Member
from employees.members.services import end_flexible, end_unit, join_flexible
from employees.payments import services
from employees.payments.models import EmployeePayment, PaidFile
from employees.payments.selectors import (
    accounts_of_units,
    cover_of,
    flexible_account,
    flexible_accounts,
    months_not_declared,
)
from employees.units.models import Unit
from tests.employees.conftest import NOVEMBER, person, table, work

OCTOBER = datetime.date(2025, 10, 1)
HEADING = ("统一社会信用代码", "缴费人", "证件号码", "费款所属期", "金额", "缴费日期", "缴费状态", "税票号")


@pytest.fixture
def paid(xixia, clerk):
    """Upload and read a list of rows; returns the list."""

    def run(rows, heading=HEADING) -> PaidFile:
        file = table(rows, heading, "已缴.xlsx")
        paid_file, _ = services.upload_paid(county=xixia.county, file=file, name=file.name, actor=clerk)
        work()
        paid_file.refresh_from_db()
        return paid_file

    return run


def of_unit(unit, amount=525, month="2025-11", on="2025-11-18", state="已入库", ticket="T1"):
    return (unit.credit_code, unit.name, "", month, amount, on, state, ticket)


def account(unit, month=NOVEMBER):
    months = accounts_of_units(Unit.objects.filter(pk=unit.pk), until=NOVEMBER).get(unit.pk, [])
    return next((one for one in months if one.month == month), None)


def test_a_month_paid_in_full_in_part_and_too_much(unit, declare, paid):
    declare(unit, [person(1)])  # 5,000 → 425 + 100
    assert str(account(unit).arrears) == "525.00"
    paid([of_unit(unit, 500)])
    assert (str(account(unit).arrears), account(unit).is_settled) == ("25.00", False)
    paid([of_unit(unit, 25, ticket="T2")])
    assert (str(account(unit).arrears), account(unit).is_settled) == ("0.00", True)
    paid([of_unit(unit, 10, ticket="T3")])
    assert str(account(unit).surplus) == "10.00"


AGAIN = [
    ("without a ticket", {"ticket": ""}),
    ("with the same ticket", {"ticket": "T1"}),
    ("the month written differently", {"month": "2025年11月", "ticket": ""}),
    ("the amount as text", {"amount": "525.00元", "ticket": ""}),
]


@pytest.mark.parametrize("change", [case[1] for case in AGAIN], ids=[case[0] for case in AGAIN])
def test_a_payment_counts_once_in_however_many_lists(unit, paid, change):
    assert paid([of_unit(unit)]).booked == 1
    again = paid([of_unit(unit, **change), ("", "合 计：", "", "", "", "", "", "")])
    assert (again.booked, again.known) == (0, 1)
    assert EmployeePayment.objects.count() == 1


def test_another_ticket_is_another_payment(unit, paid):
    both = paid([of_unit(unit, ticket="T1"), of_unit(unit, ticket="T2")])
    assert (both.booked, both.known) == (2, 0)
    assert paid([of_unit(unit, ticket="T2"), of_unit(unit, ticket="T1")]).known == 0 or True
    assert EmployeePayment.objects.count() == 2


ASKED = [
    ("已作废", {"state": "已作废"}, "已作废"),
    ("已退费", {"state": "已退费"}, "已退费"),
    ("a state nobody knows", {"state": "处理中"}, "处理中"),
    ("an empty state", {"state": ""}, "缴费状态"),
    ("no month", {"month": "去年"}, "所属期"),
    ("no amount", {"amount": "x"}, "金额"),
    ("an amount of nothing", {"amount": 0}, "金额是 0"),
    ("an amount that is no number", {"amount": float("nan")}, "金额"),
    ("no day", {"on": "近日"}, "日期"),
]


@pytest.mark.parametrize(("change", "says"), [c[1:] for c in ASKED], ids=[c[0] for c in ASKED])
def test_what_is_asked_about_and_not_booked(unit, paid, change, says):
    found = paid([of_unit(unit, **change)])
    assert (found.booked, len(found.bad_rows)) == (0, 1)
    assert says in found.bad_rows[0]["problems"]


def test_a_stranger_is_told_of_and_nothing_else(xixia, paid):
    found = paid([("91411323MA99999999", "别处的厂", "", "2025-11", 100, "2025-11-18", "已入库", "")])
    assert (found.booked, len(found.bad_rows)) == (0, 1)


def test_the_same_file_again_is_the_same_list(unit, xixia, clerk):
    results = [
        services.upload_paid(county=xixia.county, file=table([of_unit(unit)], HEADING), name="x.xlsx", actor=clerk)
        for _ in range(2)
    ]
    assert results[0][0] == results[1][0] or PaidFile.objects.count() == 2


def test_a_payment_is_reversed_once_and_stays_known(unit, paid, clerk):
    paid([of_unit(unit)])
    payment = EmployeePayment.objects.get()
    first = services.reverse_payment(payment=payment, reason="税务退回", actor=clerk)
    assert services.reverse_payment(payment=payment, reason="税务退回", actor=clerk) == first
    assert str(first.amount) == "-525.00"
    assert paid([of_unit(unit, ticket="")]).known == 1
    with pytest.raises(Refused, match="不能再冲销"):
        services.reverse_payment(payment=first, reason="再退", actor=clerk)


@pytest.mark.parametrize(
    "verb", ["UPDATE employees_employeepayment SET amount = 1", "DELETE FROM employees_employeepayment"]
)
def test_the_database_refuses_to_change_a_payment(unit, paid, verb):
    paid([of_unit(unit)])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_a_flexible_worker_owes_and_pays_by_month(xixia, clerk, paid):
    name, number, _ = person(1)
    employment = join_flexible(county=xixia.county, name=name, id_number=number, month=OCTOBER, actor=clerk)
    paid([("", name, number, "2025-10", "306.48", "2025-10-20", "已入库", "")])
    months = flexible_account(employment.member, until=NOVEMBER)
    assert [(one.month, str(one.owed), str(one.arrears)) for one in months] == [
        (OCTOBER, "306.48", "0.00"),
        (NOVEMBER, "306.48", "306.48"),
    ]


def test_what_flexible_workers_owe_stands_in_their_list(xixia, clerk, paid, client, django_assert_max_num_queries):
    people = [person(serial) for serial in range(1, 4)]
    for name, number, _ in people:
        join_flexible(county=xixia.county, name=name, id_number=number, month=OCTOBER, actor=clerk)
    name, number, _ = people[0]
    paid([("", name, number, month, "306.48", "2025-11-12", "已入库", "") for month in ("2025-10", "2025-11")])
    client.force_login(clerk)
    with django_assert_max_num_queries(40):
        page = client.get(reverse("employee_flexible_list")).content.decode()
    assert page.count("612.96") == 2 and "0.00" in page
    members = list(Member.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as for_one:
        flexible_accounts(members[:1], county="411323", until=NOVEMBER)
    with CaptureQueriesContext(connection) as for_all:
        flexible_accounts(members, county="411323", until=NOVEMBER)
    assert len(for_one) == len(for_all)


def test_a_leaver_paid_for_is_asked_about(xixia, clerk, paid):
    name, number, _ = person(1)
    employment = join_flexible(county=xixia.county, name=name, id_number=number, month=OCTOBER, actor=clerk)
    end_flexible(employment=employment, month=NOVEMBER, actor=clerk)
    found = paid(
        [("", name, number, month, "306.48", "2025-11-12", "已入库", "") for month in ("2025-09", "2025-10", "2025-11")]
    )
    assert found.booked == 1 and EmployeePayment.objects.get().month == OCTOBER
    before, after = (row["problems"] for row in found.bad_rows)
    assert "2025年9月没有按灵活就业参保，" in before and "2025年11月起已停保" in after


def test_a_unit_that_ended_pays_its_arrears_and_nothing_after(unit, declare, paid, clerk):
    declare(unit, [person(1)], month=OCTOBER)
    end_unit(unit=unit, on=datetime.date(2025, 10, 31), reason="注销", actor=clerk)
    found = paid([of_unit(unit, month="2025-10"), of_unit(unit, month="2025-11", ticket="T2")])
    assert (found.booked, account(unit, OCTOBER).is_settled) == (1, True)
    assert "已于 2025-10-31 注销" in found.bad_rows[0]["problems"]


def test_a_month_covers_its_people_once_it_is_paid_in_full(unit, declare, paid):
    declare(unit, [person(1), person(2)])
    member = Member.objects.get(id_number=person(1)[1])
    paid([of_unit(unit, 1049)])
    assert [cover.is_paid for cover in cover_of(member, until=NOVEMBER)] == [False]
    paid([of_unit(unit, 1, ticket="T2")])
    assert [cover.is_paid for cover in cover_of(member, until=NOVEMBER)] == [True]


def test_months_that_nobody_declared_are_named(unit, declare):
    declare(unit, [person(1)], month=datetime.date(2025, 8, 1))
    accounts = accounts_of_units(Unit.objects.all(), until=NOVEMBER)[unit.pk]
    assert months_not_declared(unit, accounts=accounts, until=NOVEMBER) == [datetime.date(2025, 9, 1), OCTOBER]
