"""Who is warned when. Limits of five days and ten thousand yuan; days of a month from 2025-11-01."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from collection.duties.rules import Limit, examine
from collection.duties.warnings import LEVELS, Level, Steps, WarningLevel, warnings_on

LIMIT = Limit(5, Decimal("10000.00"))
FIRST = date(2025, 11, 1)


def day(number):
    return FIRST + timedelta(days=number - 1)


def warned(as_of, taken, deposited=(), limit=LIMIT, steps=Steps()):  # noqa: B008
    taken = [(day(n), Decimal(a)) for n, a in taken]
    deposited = [(day(n), Decimal(a)) for n, a in deposited]
    return warnings_on(examine(limit, taken, deposited, day(as_of)), limit, steps)


# name: (as of, taken, deposited, [(step, amount, days)])
CASES = {
    "nothing in hand": (5, [], [], []),
    "day 0": (1, [(1, "400")], [], []),
    "day 2": (3, [(1, "400")], [], []),
    "day 3": (4, [(1, "400")], [], [("coming_due", "400", 2)]),
    "day 4": (5, [(1, "400")], [], [("coming_due", "400", 1)]),
    "day 5, the due day": (6, [(1, "400")], [], [("due_today", "400", 0)]),
    "first day late": (7, [(1, "400")], [], [("late", "400", 1)]),
    "ninth day late": (15, [(1, "400")], [], [("late", "400", 9)]),
    "deposited": (7, [(1, "400")], [(6, "400")], []),
    "one cent under 80 %": (1, [(1, "7999.99")], [], []),
    "80 %": (1, [(1, "8000.00")], [], [("near_amount", "8000.00", 5)]),
    "80 % and day 4": (5, [(1, "8000")], [], [("coming_due", "8000", 1), ("near_amount", "8000", 1)]),
    "at the limit it is due, not near": (1, [(1, "10000")], [], [("due_today", "10000", 0)]),
    "late, and fresh cash on its own day 3": (
        10,
        [(1, "400"), (7, "80")],
        [],
        [("late", "400", 4), ("coming_due", "80", 2)],
    ),
    "late, and new cash due today": (12, [(1, "400"), (7, "80")], [], [("late", "400", 6), ("due_today", "80", 0)]),
    "two late duties are one warning": (13, [(1, "400"), (7, "80")], [], [("late", "480", 7)]),
    "part deposited: the rest is warned of": (7, [(1, "400")], [(6, "150")], [("late", "250", 1)]),
}


@pytest.mark.parametrize("name", CASES)
def test_steps(name):
    as_of, taken, deposited, expected = CASES[name]
    assert [(w.step, w.amount, w.days) for w in warned(as_of, taken, deposited)] == [
        (step, Decimal(amount), days) for step, amount, days in expected
    ]


def test_each_step_reaches_one_level_further():
    assert LEVELS[WarningLevel.COMING_DUE] == (Level.VILLAGE,)
    assert LEVELS[WarningLevel.DUE_TODAY] == (Level.VILLAGE, Level.TOWNSHIP)
    assert LEVELS[WarningLevel.LATE] == (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
    assert set(LEVELS) == set(WarningLevel)


def test_late_is_a_new_occasion_every_day():
    (first,), (second,) = warned(7, [(1, "400")]), warned(8, [(1, "400")])
    assert first.key != second.key
    assert first.since == second.since == day(6)


def test_near_the_limit_is_one_occasion_while_the_oldest_cash_stays():
    today, next_day = warned(1, [(1, "8000")]), warned(2, [(1, "8000"), (2, "100")])
    assert [w.key for w in today] == [w.key for w in next_day]
    after = warned(3, [(1, "8000"), (3, "8400")], [(2, "8000")])
    assert [w.step for w in after] == ["near_amount"]
    assert after[0].key != today[0].key


def test_days_come_from_the_policy():
    steps = Steps(on_days=(1, 2))
    assert [w.days for w in warned(2, [(1, "400")], limit=Limit(3, Decimal("5000")), steps=steps)] == [2]
    assert warned(4, [(1, "400")], steps=steps) == ()


def test_steps_can_be_switched_off():
    quiet = Steps(on_days=(), on_due_day=False, daily_when_late=False)
    assert warned(6, [(1, "400")], steps=quiet) == warned(9, [(1, "400")], steps=quiet) == ()


def test_the_share_comes_from_the_policy():
    assert warned(1, [(1, "5000")], steps=Steps(near_share=Decimal("0.5")))[0].step == WarningLevel.NEAR_AMOUNT
    assert warned(1, [(1, "4999.99")], steps=Steps(near_share=Decimal("0.5"))) == ()
