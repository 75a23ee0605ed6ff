"""Monthly declarations from the table to what is owed, and who joins and leaves by them."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from employees.declarations import services
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.members.models import Employment, Member
from employees.members.services import end_unit
from residents.people.models import Resident
from tests.employees.conftest import NOVEMBER, person, table, work

OCTOBER = datetime.date(2025, 10, 1)
State = MonthlyDeclaration.State


def insured(unit) -> set[str]:
    live = Employment.objects.filter(unit=unit, left__isnull=True)
    return set(live.values_list("member__id_number", flat=True))


def test_what_is_owed_and_who_is_insured(unit, declare):
    declaration = declare(unit, [person(1, 3831), person(2, "4,000.00元"), person(3, 2500)])
    assert (declaration.state, declaration.people, declaration.bad) == (State.BOOKED, 3, 0)
    assert str(declaration.unit_amount) == "991.28"  # 325.64 + 340.00 + 325.64
    assert str(declaration.person_amount) == "233.24"  # 76.62 + 80.00 + 76.62
    assert insured(unit) == {person(n)[1] for n in (1, 2, 3)}
    assert "下限" in DeclaredLine.objects.get(id_number=person(3)[1]).message


def test_joins_and_leaves_are_found_by_comparison(unit, declare):
    declare(unit, [person(n) for n in range(1, 11)], month=OCTOBER)
    declaration = declare(unit, [person(n) for n in range(2, 12)])
    assert (declaration.joined, declaration.left, declaration.people) == (1, 1, 10)
    assert insured(unit) == {person(n)[1] for n in range(2, 12)}
    gone = Employment.objects.get(member__id_number=person(1)[1])
    assert (gone.joined, gone.left) == (OCTOBER, NOVEMBER)


def test_a_wrong_row_stops_the_whole_month(unit, declare, head):
    declaration = declare(unit, [person(1), ("钱工", "41132319800203001", 5000)], book=False)
    assert (declaration.state, declaration.bad) == (State.CHECKED, 1)
    with pytest.raises(Refused, match="1 行有误"):
        services.book_declaration(declaration=declaration, actor=head)
    assert not Employment.objects.exists()


NASTY = [
    float("nan"),
    float("inf"),
    "1E999",
    "400abc",
    "9" * 400,
    "",
    None,
    0,
    -1,
    "0.001",
    datetime.date(2025, 1, 1),
    "#N/A",
]


@pytest.mark.parametrize("wage", NASTY, ids=[str(n)[:10] for n in range(len(NASTY))])
def test_no_wage_leaves_the_file_unread(unit, declare, wage):
    declaration = declare(unit, [person(1), person(2, wage)], book=False)
    assert (declaration.state, declaration.people, declaration.bad) == (State.CHECKED, 1, 1)


@pytest.mark.parametrize(
    ("heading", "rows", "says"),
    [
        (("姓名", "备注"), [("赵工", "x")], "没有找到表头"),
        (("姓名", "证件号码", "月工资"), [], "表头下面没有人员"),
    ],
)
def test_a_file_that_gives_no_table_is_refused_with_the_reason(unit, clerk, heading, rows, says):
    file = table(rows, heading)
    declaration, _ = services.upload_declaration(unit=unit, month=NOVEMBER, file=file, name="x.xlsx", actor=clerk)
    work()
    declaration.refresh_from_db()
    assert declaration.state == State.REFUSED and says in declaration.problem


def test_last_months_form_filled_in_again_is_said(unit, clerk):
    file = table([("姓名", "证件号码", "月工资"), person(1)], ("样例1号厂 2025年10月职工医保申报表",))
    declaration, _ = services.upload_declaration(unit=unit, month=NOVEMBER, file=file, name=file.name, actor=clerk)
    work()
    declaration.refresh_from_db()
    assert declaration.notes == ["表上写的是2025年10月，申报的是2025年11月。请核对是不是选错了文件或月份。"]


def test_the_same_file_again_is_the_same_declaration(unit, clerk):
    results = [
        services.upload_declaration(unit=unit, month=NOVEMBER, file=file, name="x.xlsx", actor=clerk)
        for file in [table([person(1)])] * 2
    ]
    assert [is_new for _, is_new in results] == [True, False]
    assert MonthlyDeclaration.objects.count() == Job.objects.filter(kind="employee_declaration.read").count() == 1


def test_a_month_is_declared_once(unit, declare, clerk):
    declare(unit, [person(1)])
    with pytest.raises(Refused, match="已申报记账"):
        services.upload_declaration(
            unit=unit, month=NOVEMBER, file=table([person(1), person(2)]), name="x.xlsx", actor=clerk
        )


def test_two_files_of_one_month_are_not_both_booked(unit, declare, head):
    first = declare(unit, [person(1)], book=False)
    second = declare(unit, [person(1), person(2)], book=False)
    services.book_declaration(declaration=first, actor=head)
    assert services.book_declaration(declaration=first, actor=head).state == State.BOOKED
    with pytest.raises(Refused, match="另一份申报"):
        services.book_declaration(declaration=second, actor=head)


@pytest.mark.parametrize(
    ("month", "says"), [(datetime.date(2025, 12, 1), "还没有到"), (datetime.date(2026, 1, 15), "还没有到")]
)
def test_a_month_that_has_not_come(unit, clerk, month, says):
    with pytest.raises(Refused, match=says):
        services.upload_declaration(unit=unit, month=month, file=table([person(1)]), name="x.xlsx", actor=clerk)


def test_a_unit_that_ended_declares_its_last_month_and_none_after(unit, clerk, business_clock):
    end_unit(unit=unit, on=datetime.date(2025, 11, 5), reason="歇业", actor=clerk)
    services.upload_declaration(unit=unit, month=NOVEMBER, file=table([person(1)]), name="x.xlsx", actor=clerk)
    business_clock("2025-12-05T10:00")
    with pytest.raises(Refused, match="注销"):
        services.upload_declaration(
            unit=unit, month=datetime.date(2025, 12, 1), file=table([person(1)]), name="x.xlsx", actor=clerk
        )


def test_much_change_is_confirmed_by_another_person(unit, declare, clerk, head):
    declare(unit, [person(1), person(2)], month=OCTOBER)
    declaration = declare(unit, [person(1, 9000), person(2)], book=False)
    with pytest.raises(Refused, match="另一位"):
        services.book_declaration(declaration=declaration, actor=clerk)
    assert services.book_declaration(declaration=declaration, actor=head).state == State.BOOKED


def test_a_declaration_taken_back_can_be_made_anew(unit, declare, clerk):
    wrong = declare(unit, [person(1), person(2)])
    for _ in range(2):
        services.withdraw_declaration(declaration=wrong, reason="多报一人", actor=clerk)
    right = declare(unit, [person(1)])
    wrong.refresh_from_db()
    assert (wrong.state, wrong.lines.count(), right.state) == (State.WITHDRAWN, 2, State.BOOKED)
    assert insured(unit) == {person(1)[1]}
    assert Event.objects.filter(action="employee_declaration.withdraw").count() == 1


def test_only_the_newest_month_is_taken_back(unit, declare, clerk):
    october = declare(unit, [person(1)], month=OCTOBER)
    declare(unit, [person(1)])
    with pytest.raises(Refused, match="依次撤回"):
        services.withdraw_declaration(declaration=october, reason="改", actor=clerk)


def test_an_earlier_month_declared_later_moves_nobody(unit, declare):
    declare(unit, [person(1)])
    october = declare(unit, [person(2)], month=OCTOBER)
    assert october.state == State.BOOKED
    assert insured(unit) == {person(1)[1]}


def test_whoever_takes_a_job_leaves_the_residents_list_and_whoever_leaves_it_returns(
    unit, declare, make_resident, village
):
    name, number, _ = person(1)
    resident = make_resident(village, name=name, birth="1980-02-03", id_number=number)
    declare(unit, [person(1), person(2)], month=OCTOBER)
    resident.refresh_from_db()
    assert (resident.status, resident.status_on) == (Resident.Status.EMPLOYEE, OCTOBER)
    assert Member.objects.get(id_number=number).resident_id == resident.pk
    declare(unit, [person(2)])
    resident.refresh_from_db()
    assert (resident.status, resident.status_on) == (Resident.Status.ACTIVE, NOVEMBER)


def test_whom_the_register_comes_to_know_later_leaves_its_list_with_the_next_month(
    unit, declare, make_resident, village
):
    name, number, _ = person(1)
    declare(unit, [person(1)], month=datetime.date(2025, 10, 1))
    resident = make_resident(village, name=name, id_number=number)
    declare(unit, [person(1)])
    resident.refresh_from_db()
    assert resident.status == "employee" and Member.objects.get().resident == resident


def test_a_person_of_two_units_returns_only_when_both_are_left(make_unit, declare, make_resident, village):
    first, second = make_unit(1), make_unit(2)
    name, number, _ = person(1)
    resident = make_resident(village, name=name, birth="1980-02-03", id_number=number)
    for unit in (first, second):
        declaration = declare(unit, [person(1), person(9)], month=OCTOBER)
    assert "也申报了" in declaration.lines.get(id_number=number).message
    declare(first, [person(9)])
    resident.refresh_from_db()
    assert resident.status == Resident.Status.EMPLOYEE
    declare(second, [person(9)])
    resident.refresh_from_db()
    assert resident.status == Resident.Status.ACTIVE


def test_a_dead_person_declared_stays_dead(unit, declare, make_resident, village):
    name, number, _ = person(1)
    resident = make_resident(village, name=name, birth="1980-02-03", id_number=number, status="dead")
    declare(unit, [person(1)])
    resident.refresh_from_db()
    assert resident.status == Resident.Status.DEAD


def test_the_statements_do_not_grow_with_the_people(make_unit, clerk, head):
    def cost(serial: int, people: int) -> int:
        file = table([person(serial * 100 + n) for n in range(people)])
        unit = make_unit(serial)
        declaration, _ = services.upload_declaration(unit=unit, month=NOVEMBER, file=file, name=file.name, actor=clerk)
        job = Job.objects.get(key=services.job_key(declaration))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            jobs.run(job.pk)
            declaration.refresh_from_db()
            services.book_declaration(declaration=declaration, actor=head)
        return len(seen)

    assert cost(1, 5) == cost(2, 60)


def test_a_wrong_row_is_put_right_in_place(unit, declare, clerk, head):
    name, number, _ = person(2)
    declaration = declare(unit, [person(1), (name, number[:-1], 5000), person(1, 6000)], book=False)
    assert declaration.bad == 2
    line = declaration.lines.get(row=3)
    with pytest.raises(Refused, match="18位"):
        services.mend_line(line=line, name=name, id_number=number[:-1], wage="5000", actor=clerk)
    mended = services.mend_line(line=line, name=name, id_number=number, wage="5,000元", actor=clerk)
    assert (mended.state, mended.people, mended.bad) == (State.CHECKED, 2, 1)
    with pytest.raises(Refused, match="另一行|现在不能修改"):
        services.mend_line(line=mended.lines.get(row=2), name="赵工", id_number=number, wage="1", actor=clerk)
    left = mended.lines.get(row=4)
    assert "同一个人" in left.message
    third, third_number, _ = person(3)
    mended = services.mend_line(line=left, name=third, id_number=third_number, wage="6000", actor=clerk)
    assert (mended.people, mended.bad) == (3, 0)
    assert services.book_declaration(declaration=mended, actor=head).state == State.BOOKED
    assert Event.objects.filter(action="employee_declaration.mend").count() == 2


def test_a_wrong_row_is_taken_out_or_keeps_its_number(unit, declare, clerk):
    declare(unit, [person(1), person(2)], month=OCTOBER)
    declaration = declare(unit, [person(1), person(1, 6000), person(2, 0), person(3, 0)], book=False)
    assert (declaration.bad, declaration.left) == (3, 0)
    for row in (3, 4):  # a second time the same person, then one who has left
        declaration = services.drop_line(line=declaration.lines.get(row=row), actor=clerk)
    assert (declaration.people, declaration.bad, declaration.left) == (1, 1, 1)
    line = declaration.lines.get(row=5)
    declaration = services.mend_line(line=line, name=line.name, id_number="", wage="4200", actor=clerk)
    assert (declaration.people, declaration.bad) == (2, 0)
    assert declaration.lines.get(row=5).id_number == line.id_number == person(3)[1]
    with pytest.raises(Refused, match="现在不能修改"):
        services.drop_line(line=declaration.lines.get(row=5), actor=clerk)


def test_the_only_row_is_not_taken_out(unit, declare, clerk):
    declaration = declare(unit, [person(1, 0)], book=False)
    with pytest.raises(Refused, match="只有这一行"):
        services.drop_line(line=declaration.lines.get(), actor=clerk)
