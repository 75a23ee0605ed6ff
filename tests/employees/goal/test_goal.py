"""The goal: net gain by township and kind, and who is missing by the pension roll."""

import datetime

import pytest
from django.urls import reverse

from core.refusals import Refused
from employees.goal import services
from employees.goal.models import PensionRoll
from employees.goal.selectors import progress_to_goal
from employees.members.services import join_flexible
from tests.employees.conftest import NOVEMBER, person, table, work

OCTOBER = datetime.date(2025, 10, 1)
DECEMBER_BEFORE = datetime.date(2024, 12, 1)
HEADING = ("姓名", "身份证号", "单位名称", "统一社会信用代码", "缴费基数")


@pytest.fixture
def compare(xixia, clerk):
    def run(rows, month=NOVEMBER) -> PensionRoll:
        roll, _ = services.upload_roll(
            county=xixia.county, month=month, file=table(rows, HEADING), name="名册.xlsx", actor=clerk
        )
        work()
        roll.refresh_from_db()
        return roll

    return run


def of(serial, unit, base=5000, **changes):
    name, number, _ = person(serial)
    row = {"name": name, "number": number, "unit": unit.name, "code": unit.credit_code, "base": base, **changes}
    return tuple(row.values())


def differences(roll) -> set[tuple[str, str]]:
    return set(roll.differences.values_list("kind", "name"))


def test_equal_rolls_differ_in_nothing(unit, declare, compare):
    declare(unit, [person(1), person(2)])
    roll = compare([of(1, unit), of(2, unit)])
    assert (roll.state, roll.people, differences(roll)) == (PensionRoll.State.READ, 2, set())


def test_each_kind_of_difference(unit, declare, compare):
    declare(unit, [person(1), person(2), person(3)])
    roll = compare([of(1, unit), of(2, unit, base="5000.01"), of(4, unit)])
    names = {serial: person(serial)[0] for serial in range(1, 5)}
    assert differences(roll) == {
        ("base_differs", names[2]),
        ("not_on_roll", names[3]),
        ("not_insured", names[4]),
    }
    missing = roll.differences.get(kind="not_insured")
    assert (missing.unit, missing.unit_name) == (unit, unit.name)


def test_unreadable_is_not_absent(unit, declare, compare):
    """Somebody whose row cannot be read is not said to be missing from the roll."""
    declare(unit, [person(1)])
    roll = compare([of(1, unit, number="411323")])
    assert differences(roll) == {("unreadable", person(1)[0])}


def test_whom_an_unreadable_row_may_mean_by_a_number_nearly_the_same_is_not_missing(unit, declare, compare):
    declare(unit, [person(1), person(10)])
    number = person(1)[1]
    wrong = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
    roll = compare([of(1, unit, name="赵无极", number=wrong)])
    assert differences(roll) == {("unreadable", "赵无极"), ("not_on_roll", person(10)[0])}


def test_another_month_is_compared_with_that_month(unit, declare, compare):
    declare(unit, [person(1)], month=OCTOBER)
    assert differences(compare([of(1, unit)])) == {("not_insured", person(1)[0])}


def test_a_roll_of_next_month_or_of_another_month_is_refused(unit, compare):
    with pytest.raises(Refused, match="还没有到"):
        compare([of(1, unit)], month=datetime.date(2025, 12, 1))


def test_the_same_file_for_two_months_is_refused(unit, xixia, clerk):
    file = table([of(1, unit)], HEADING)
    services.upload_roll(county=xixia.county, month=OCTOBER, file=file, name="x.xlsx", actor=clerk)
    file.seek(0)
    with pytest.raises(Refused, match="2025年10月"):
        services.upload_roll(county=xixia.county, month=NOVEMBER, file=file, name="x.xlsx", actor=clerk)


@pytest.mark.parametrize(
    ("title", "name", "said"),
    [
        ("西峡县2024年11月养老保险参保名册", "名册.xlsx", "2024年11月"),
        ("养老保险参保名册", "养老名册2024年度.xlsx", "2024年"),
        ("2025年10月名册", "名册.xlsx", "2025年10月"),
        ("西峡县2025年11月名册（对照2024年11月）", "名册.xlsx", ""),
        ("制表日期：2025年10月3日", "名册.xlsx", ""),
    ],
    ids=["last year's by its title", "last year's by its name", "last month's", "this month's", "a day is no month"],
)
def test_a_roll_of_last_year(xixia, unit, declare, clerk, title, name, said):
    declare(unit, [person(1)])
    file = table([HEADING, of(1, unit)], (title,), name)

    def upload(month):
        file.seek(0)
        roll, _ = services.upload_roll(county=xixia.county, month=month, file=file, name=name, actor=clerk)
        work()
        roll.refresh_from_db()
        return roll

    roll = upload(NOVEMBER)
    assert roll.state == ("refused" if said else "read") and said in roll.problem and not differences(roll)
    if said == "2025年10月":
        assert upload(OCTOBER).state == "read", "chosen rightly it is compared"


def test_net_gain_by_township_and_kind(xixia, make_unit, declare, clerk, business_clock):
    old, new = make_unit(1, registered_on=datetime.date(2024, 1, 2)), make_unit(2, kind="government")
    declare(old, [person(n) for n in range(1, 4)], month=DECEMBER_BEFORE)
    declare(old, [person(n) for n in range(2, 4)])
    declare(new, [person(n) for n in range(3, 7)])  # 3 is with both and counts once, with the old one
    name, number, _ = person(9)
    join_flexible(county=xixia.county, name=name, id_number=number, month=NOVEMBER, actor=clerk)
    goal = progress_to_goal(county=xixia.county, month=NOVEMBER)
    assert (goal.goal, goal.whole.before, goal.whole.now, goal.whole.gain, goal.missing) == (2000, 3, 6, 3, 1997)
    assert {line.name: line.gain for line in goal.kinds} == {"企业": -1, "机关事业单位": 3, "灵活就业人员": 1}
    assert [line.gain for line in goal.townships] == [2]
    assert not goal.lacks_start


def test_without_the_end_of_last_year_the_gain_is_no_gain(unit, declare, xixia, clerk, client):
    client.force_login(clerk)
    says = "系统里没有2024年12月的在册人员"
    assert says not in client.get(reverse("employee_goal")).content.decode()  # nobody yet: nothing to misread
    declare(unit, [person(1)])
    assert progress_to_goal(county=xixia.county, month=NOVEMBER).lacks_start
    assert says in client.get(reverse("employee_goal")).content.decode()


def test_no_goal_where_there_is_no_employees_insurance(campaign):
    assert progress_to_goal(county=campaign.county, month=NOVEMBER) is None
