"""A month judged: same, joined, left, unusual, wrong; both sides of each boundary."""

from decimal import Decimal

import pytest

from employees.declarations.check import BAD, JOINED, LEFT, SAME, UNUSUAL, Facts, LastMonth, judge, needs_second_look
from employees.declarations.sheet import PersonRow
from employees.quotes.quote import EmployeeQuoteError
from subsidies.policy.policies import load

POLICY = load("411323-2026")


def row(number: str = "N1", wage: str = "5000.00", name: str = "赵工", problems: tuple[str, ...] = ()) -> PersonRow:
    return PersonRow(2, name, number, Decimal(wage), list(problems))


def facts(**changes) -> Facts:
    return Facts(**{"policy": POLICY, "kind": "enterprise", **changes})


def last(wage: str = "5000.00", name: str = "赵工") -> dict[str, LastMonth]:
    return {"N1": LastMonth(name, Decimal(wage))}


# fmt: off
CASES = [
    # what, row, facts, change, part of the message
    ("the first declaration", row(), facts(), JOINED, "新增"),
    ("as last month", row(), facts(last_month=last()), SAME, ""),
    ("30 % more is usual", row(wage="6500.00"), facts(last_month=last()), SAME, ""),
    ("a cent more than 30 %", row(wage="6500.01"), facts(last_month=last()), UNUSUAL, "30%"),
    ("30 % less is usual", row(wage="3500.00"), facts(last_month=last()), SAME, "低于下限"),
    ("a cent less than that", row(wage="3499.99"), facts(last_month=last()), UNUSUAL, "30%"),
    ("another name for the number", row(name="钱工"), facts(last_month=last()), BAD, "赵工"),
    ("a row with problems", row(problems=("姓名没有填写",)), facts(last_month=last()), BAD, "姓名没有填写"),
    ("two units are allowed, and seen", row(), facts(elsewhere={"N1": "别家厂"}), JOINED, "别家厂"),
    ("a unit and flexible are not", row(), facts(flexible=frozenset({"N1"})), BAD, "灵活就业"),
]
# fmt: on


@pytest.mark.parametrize(("given", "known", "change", "says"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_row(given, known, change, says):
    verdict = judge([given], known)[0]
    assert verdict.change == change
    assert says in verdict.message
    assert (verdict.unit_amount > 0) == (change != BAD)


def test_whoever_is_missing_has_left():
    verdicts = judge([row("N2", name="钱工")], facts(last_month=last()))
    assert [(v.id_number, v.change) for v in verdicts] == [("N2", JOINED), ("N1", LEFT)]


def test_unreadable_is_not_absent():
    """The number of 赵工's row cannot be read: 赵工 has not left, and the month cannot be booked."""
    verdicts = judge([row("", problems=("号码抄错",))], facts(last_month=last()))
    assert [v.change for v in verdicts] == [BAD, BAD]
    assert "改好那一行" in verdicts[1].message


def test_two_units_are_refused_where_the_policy_says_so():
    text = POLICY.text.replace("two_units = true", "two_units = false")
    from subsidies.policy.policies import parse

    verdict = judge([row()], facts(policy=parse(text, "411323-2026"), elsewhere={"N1": "别家厂"}))[0]
    assert verdict.change == BAD and "只能由一个单位申报" in verdict.message


def test_a_county_without_rates_is_refused():
    with pytest.raises(EmployeeQuoteError):
        judge([row()], Facts(load("411325-2025"), "enterprise"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([SAME] * 10, False),
        ([SAME] * 9 + [UNUSUAL], True),
        ([SAME] * 8 + [LEFT, LEFT], False),  # two of ten
        ([SAME] * 7 + [LEFT] * 3, True),  # three of ten
        ([SAME] * 10 + [JOINED] * 2, False),
        ([SAME] * 10 + [JOINED] * 3, True),
        ([JOINED] * 50, False),  # a first declaration has nothing to compare with
    ],
)
def test_when_another_person_must_look(changes, expected):
    verdicts = [judge([row()], facts())[0] for _ in changes]
    for verdict, change in zip(verdicts, changes, strict=True):
        verdict.change = change
    assert needs_second_look(verdicts) is expected
