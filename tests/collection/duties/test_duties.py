"""双限, turn by turn. Days are written as the day of a month that starts on 2025-11-01; amounts in yuan."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.duties import rules as duties
from collection.duties.rules import (
    EMPTY,
    InHand,
    Limit,
    advance,
    examine,
    pass_days,
    replay,
    standing,
    tomorrow,
)
from tests.collection.cash.deposit_oracle import live_through

FIVE_DAYS = Limit(5, Decimal("10000.00"))
FIRST = date(2025, 11, 1)


def day(number):
    return FIRST + timedelta(days=number - 1)


def pairs(*items):
    return [(day(number), Decimal(amount)) for number, amount in items]


def number(found):
    return None if found is None else (found - FIRST).days + 1


def told(found):
    """(status, in hand, surplus, oldest, due, duties) with days as numbers; a duty is
    (opened, due, reason, amount, outstanding, settled, days late)."""
    return (
        found.status.value,
        str(found.in_hand),
        str(found.surplus),
        number(found.oldest),
        number(found.due),
        [
            (
                number(d.opened),
                number(d.due),
                d.reason.value,
                str(d.amount),
                str(d.outstanding),
                number(d.settled),
                d.days_late(found.as_of),
            )
            for d in found.duties
        ],
    )


# name: (taken, deposited, as of, expected), under five days and ten thousand yuan
TURNS = {
    "no cash, no duty": ([], [], 9, ("clear", "0.00", "0.00", None, None, [])),
    "the day of taking is day 0": ([(3, "380.00")], [], 3, ("running", "380.00", "0.00", 3, 8, [])),
    "day 4 still runs": ([(3, "380.00")], [], 7, ("running", "380.00", "0.00", 3, 8, [])),
    "day 5 is the due day and not late": (
        [(3, "380.00")],
        [],
        8,
        ("due_today", "380.00", "0.00", 3, 8, [(3, 8, "days", "380.00", "380.00", None, 0)]),
    ),
    "day 6 is the first day late": (
        [(3, "380.00")],
        [],
        9,
        ("overdue", "380.00", "0.00", 3, 8, [(3, 8, "days", "380.00", "380.00", None, 1)]),
    ),
    "settled before it was due leaves no duty": (
        [(3, "380.00")],
        [(7, "380.00")],
        30,
        ("clear", "0.00", "0.00", None, None, []),
    ),
    "settled on the due day is in time": (
        [(3, "380.00")],
        [(8, "380.00")],
        30,
        ("clear", "0.00", "0.00", None, None, [(3, 8, "days", "380.00", "0.00", 8, 0)]),
    ),
    "settled the day after is one day late, for ever": (
        [(3, "380.00")],
        [(9, "380.00")],
        30,
        ("clear", "0.00", "0.00", None, None, [(3, 8, "days", "380.00", "0.00", 9, 1)]),
    ),
    "one cent under the amount": ([(3, "9999.99")], [], 3, ("running", "9999.99", "0.00", 3, 8, [])),
    "exactly the amount": (
        [(3, "10000.00")],
        [],
        3,
        ("due_today", "10000.00", "0.00", 3, 3, [(3, 3, "amount", "10000.00", "10000.00", None, 0)]),
    ),
    "many small receipts of a day make the amount": (
        [(3, "320.00")] * 31 + [(3, "80.00")],
        [],
        3,
        ("due_today", "10000.00", "0.00", 3, 3, [(3, 3, "amount", "10000.00", "10000.00", None, 0)]),
    ),
    "the amount is reached over days and met the same day": (
        [(3, "9000.00"), (5, "1500.00")],
        [(5, "10500.00")],
        6,
        ("clear", "0.00", "0.00", None, None, [(3, 5, "amount", "10500.00", "0.00", 5, 0)]),
    ),
    "cash comes before the deposit of the same day, so the amount is reached all the same": (
        [(3, "9000.00"), (5, "1500.00")],
        [(5, "9000.00")],
        5,
        ("due_today", "1500.00", "0.00", 5, 5, [(3, 5, "amount", "10500.00", "1500.00", None, 0)]),
    ),
    "falling under the amount cures nothing": (
        [(3, "9000.00"), (5, "1500.00")],
        [(5, "7000.00")],
        8,
        ("overdue", "3500.00", "0.00", 3, 5, [(3, 5, "amount", "10500.00", "3500.00", None, 3)]),
    ),
    "an early deposit of the oldest day moves the clock": (
        [(3, "4000.00"), (6, "2000.00")],
        [(7, "4000.00")],
        9,
        ("running", "2000.00", "0.00", 6, 11, []),
    ),
    "an early deposit of part of the oldest day does not": (
        [(3, "4000.00"), (6, "2000.00")],
        [(7, "3999.99")],
        8,
        ("due_today", "2000.01", "0.00", 3, 8, [(3, 8, "days", "2000.01", "2000.01", None, 0)]),
    ),
    "what was taken on the due day falls due with the rest": (
        [(3, "380.00"), (8, "760.00")],
        [],
        8,
        ("due_today", "1140.00", "0.00", 3, 8, [(3, 8, "days", "1140.00", "1140.00", None, 0)]),
    ),
    "what was taken the day after has its own clock": (
        [(3, "380.00"), (9, "760.00")],
        [],
        13,
        ("overdue", "1140.00", "0.00", 3, 8, [(3, 8, "days", "380.00", "380.00", None, 5)]),
    ),
    "overdue cash counts toward the amount of fresh cash": (
        [(3, "9500.00"), (9, "500.00")],
        [],
        9,
        (
            "overdue",
            "10000.00",
            "0.00",
            3,
            8,
            [(3, 8, "days", "9500.00", "9500.00", None, 1), (9, 9, "amount", "500.00", "500.00", None, 0)],
        ),
    ),
    "overdue cash above the amount makes every later day due at once": (
        [(3, "12000.00"), (4, "400.00"), (6, "400.00")],
        [],
        6,
        (
            "overdue",
            "12800.00",
            "0.00",
            3,
            3,
            [
                (3, 3, "amount", "12000.00", "12000.00", None, 3),
                (4, 4, "amount", "400.00", "400.00", None, 2),
                (6, 6, "amount", "400.00", "400.00", None, 0),
            ],
        ),
    ),
    "amount and days on the same day": (
        [(3, "400.00"), (8, "9600.00")],
        [],
        8,
        ("due_today", "10000.00", "0.00", 3, 8, [(3, 8, "both", "10000.00", "10000.00", None, 0)]),
    ),
    "a deposit before any receipt is a surplus": (
        [],
        [(2, "500.00")],
        2,
        ("clear", "0.00", "500.00", None, None, []),
    ),
    "a surplus is used up first": (
        [(4, "400.00")],
        [(2, "500.00")],
        9,
        ("clear", "0.00", "100.00", None, None, []),
    ),
    "a surplus used up exactly leaves nothing on either side": (
        [(4, "500.00")],
        [(2, "500.00")],
        20,
        ("clear", "0.00", "0.00", None, None, []),
    ),
    "what the surplus did not cover has the clock of its own day": (
        [(4, "400.00"), (6, "400.00")],
        [(2, "500.00")],
        11,
        ("due_today", "300.00", "0.00", 6, 11, [(6, 11, "days", "300.00", "300.00", None, 0)]),
    ),
    "cash covered by a surplus does not count toward the amount": (
        [(4, "10300.00")],
        [(2, "500.00")],
        4,
        ("running", "9800.00", "0.00", 4, 9, []),
    ),
    "a deposit of too much settles all and leaves the rest": (
        [(3, "400.00")],
        [(10, "1000.00")],
        10,
        ("clear", "0.00", "600.00", None, None, [(3, 8, "days", "400.00", "0.00", 10, 2)]),
    ),
    "one deposit settles three duties, each late by its own days": (
        [(1, "400.00"), (7, "400.00"), (13, "400.00")],
        [(20, "1200.00")],
        25,
        (
            "clear",
            "0.00",
            "0.00",
            None,
            None,
            [
                (1, 6, "days", "400.00", "0.00", 20, 14),
                (7, 12, "days", "400.00", "0.00", 20, 8),
                (13, 18, "days", "400.00", "0.00", 20, 2),
            ],
        ),
    ),
    "one deposit settles the first duty, the second in part": (
        [(1, "400.00"), (7, "400.00")],
        [(14, "500.00")],
        15,
        (
            "overdue",
            "300.00",
            "0.00",
            7,
            12,
            [(1, 6, "days", "400.00", "0.00", 14, 8), (7, 12, "days", "400.00", "300.00", None, 3)],
        ),
    ),
    "a duty paid in two parts is settled by the second": (
        [(1, "400.00")],
        [(6, "300.00"), (9, "100.00")],
        9,
        ("clear", "0.00", "0.00", None, None, [(1, 6, "days", "400.00", "0.00", 9, 3)]),
    ),
    "two deposits of one day are one sum": (
        [(1, "400.00")],
        [(6, "300.00"), (6, "100.00")],
        9,
        ("clear", "0.00", "0.00", None, None, [(1, 6, "days", "400.00", "0.00", 6, 0)]),
    ),
    "part of a duty deposited: its oldest cash goes first": (
        [(3, "9000.00"), (5, "1500.00")],
        [(5, "9500.00")],
        6,
        ("overdue", "1000.00", "0.00", 5, 5, [(3, 5, "amount", "10500.00", "1000.00", None, 1)]),
    ),
    "what comes after the day asked about is not known yet": (
        [(3, "380.00"), (9, "9999.00")],
        [(9, "380.00")],
        8,
        ("due_today", "380.00", "0.00", 3, 8, [(3, 8, "days", "380.00", "380.00", None, 0)]),
    ),
    "everything lies after the day asked about": (
        [(9, "380.00")],
        [(9, "380.00")],
        8,
        ("clear", "0.00", "0.00", None, None, []),
    ),
    "the order in which receipts and slips were entered means nothing": (
        [(9, "100.00"), (3, "380.00"), (8, "20.00")],
        [(10, "100.00"), (8, "300.00")],
        10,
        ("running", "100.00", "0.00", 9, 14, [(3, 8, "days", "400.00", "0.00", 10, 2)]),
    ),
    "cents are kept": (
        [(3, "0.01"), (3, "0.02")],
        [(3, "0.02")],
        3,
        ("running", "0.01", "0.00", 3, 8, []),
    ),
    "a receipt over nothing starts no clock": ([(3, "0.00")], [], 20, ("clear", "0.00", "0.00", None, None, [])),
    "a slip over nothing settles nothing": (
        [(3, "1.00")],
        [(4, "0.00")],
        4,
        ("running", "1.00", "0.00", 3, 8, []),
    ),
}


@pytest.mark.parametrize("turn", TURNS)
def test_turns(turn):
    taken, deposited, as_of, expected = TURNS[turn]
    assert told(examine(FIVE_DAYS, pairs(*taken), pairs(*deposited), day(as_of))) == expected


# name: (limit, taken, deposited, as of, expected)
OTHER_LIMITS = {
    "three days and five thousand": (
        Limit(3, Decimal("5000")),
        [(1, "4600.00"), (2, "400.00")],
        [],
        2,
        ("due_today", "5000.00", "0.00", 1, 2, [(1, 2, "amount", "5000.00", "5000.00", None, 0)]),
    ),
    "no days: due the day it is taken": (
        Limit(0, Decimal("5000")),
        [(1, "400.00")],
        [],
        1,
        ("due_today", "400.00", "0.00", 1, 1, [(1, 1, "days", "400.00", "400.00", None, 0)]),
    ),
    "no days and the amount reached are both": (
        Limit(0, Decimal("400")),
        [(1, "400.00")],
        [(1, "400.00")],
        9,
        ("clear", "0.00", "0.00", None, None, [(1, 1, "both", "400.00", "0.00", 1, 0)]),
    ),
    "an amount of nothing: all cash is due at once": (
        Limit(5, Decimal("0")),
        [(1, "0.01")],
        [],
        2,
        ("overdue", "0.01", "0.00", 1, 1, [(1, 1, "amount", "0.01", "0.01", None, 1)]),
    ),
}


@pytest.mark.parametrize("turn", OTHER_LIMITS)
def test_other_limits(turn):
    limit, taken, deposited, as_of, expected = OTHER_LIMITS[turn]
    assert told(examine(limit, pairs(*taken), pairs(*deposited), day(as_of))) == expected


@pytest.mark.parametrize(
    ("taken_on", "due"),
    [
        (date(2025, 9, 28), date(2025, 10, 3)),  # National Day holiday
        (date(2025, 12, 30), date(2026, 1, 4)),  # the year's end
        (date(2024, 2, 26), date(2024, 3, 2)),  # a leap day
        (date(2025, 11, 7), date(2025, 11, 12)),  # a weekend
    ],
)
def test_no_holiday_stops_the_clock(taken_on, due):
    cash = [(taken_on, Decimal("400"))]
    assert examine(FIVE_DAYS, cash, [], due).status == duties.Status.DUE_TODAY
    assert examine(FIVE_DAYS, cash, [], due + timedelta(days=1)).status == duties.Status.OVERDUE


def test_a_voided_receipt_leaves_as_if_it_had_never_been():
    kept, voided = pairs((3, "9600.00")), pairs((4, "400.00"))
    assert examine(FIVE_DAYS, kept + voided, [], day(4)).status == duties.Status.DUE_TODAY
    assert told(examine(FIVE_DAYS, kept, [], day(4))) == ("running", "9600.00", "0.00", 3, 8, [])


def test_figures_for_the_board():
    found = examine(FIVE_DAYS, pairs((1, "6000.00"), (7, "500.00"), (8, "700.00")), [], day(8))
    assert (found.late, number(found.late_since), found.days_left) == (Decimal("6000.00"), 6, -2)
    assert (found.fresh, number(found.fresh_since), found.room) == (Decimal("1200.00"), 7, Decimal("2800.00"))
    assert found.falls_due == 0


def test_room_is_never_negative():
    assert examine(FIVE_DAYS, pairs((1, "12000.00")), [], day(1)).room == 0


# name: (taken, deposited, as of, (status, falls due, becomes late, late, days late) on the next day)
OUTLOOKS = {
    "nothing in hand": ([], [], 5, ("clear", "0.00", "0.00", "0.00", 0)),
    "two days before": ([(1, "400.00")], [], 4, ("running", "0.00", "0.00", "0.00", 0)),
    "the day before": ([(1, "400.00"), (3, "80.00")], [], 5, ("due_today", "480.00", "0.00", "0.00", 0)),
    "on the due day": ([(1, "400.00")], [], 6, ("overdue", "0.00", "400.00", "400.00", 1)),
    "late already": ([(1, "400.00")], [], 8, ("overdue", "0.00", "0.00", "400.00", 3)),
    "late, and more falls due": ([(1, "400.00"), (7, "80.00")], [], 11, ("overdue", "80.00", "0.00", "400.00", 6)),
    "at the amount today": ([(1, "10000.00")], [], 1, ("overdue", "0.00", "10000.00", "10000.00", 1)),
    "deposited in part": ([(1, "400.00")], [(6, "150.00")], 6, ("overdue", "0.00", "250.00", "250.00", 1)),
}


@pytest.mark.parametrize("name", OUTLOOKS)
def test_what_tomorrow_brings(name):
    taken, deposited, as_of, expected = OUTLOOKS[name]
    found = tomorrow(replay(FIVE_DAYS, pairs(*taken), pairs(*deposited), day(as_of)), FIVE_DAYS, day(as_of))
    assert number(found.on) == as_of + 1
    assert (
        found.status.value,
        str(found.falls_due),
        str(found.becomes_late),
        str(found.late),
        found.days_late,
    ) == expected


def test_refusals():
    position = advance(EMPTY, FIVE_DAYS, day(3), Decimal("1"), Decimal("0"))
    with pytest.raises(ValueError, match="不晚于"):
        advance(position, FIVE_DAYS, day(3), Decimal("1"), Decimal("0"))
    with pytest.raises(ValueError, match="早于"):
        standing(position, FIVE_DAYS, day(2))
    with pytest.raises(ValueError, match="不能为负"):
        advance(position, FIVE_DAYS, day(4), Decimal("-1"), Decimal("0"))
    with pytest.raises(ValueError, match="不能为负"):
        advance(position, FIVE_DAYS, day(4), Decimal("0"), Decimal("-1"))
    with pytest.raises(ValueError, match="不能为负"):
        Limit(-1, Decimal("1"))
    assert pass_days(position, FIVE_DAYS, day(2)) is position


# Small amounts of cents against small limits meet every boundary often.
events = st.lists(st.tuples(st.integers(1, 25), st.integers(0, 14)), max_size=14)
limits = st.tuples(st.integers(0, 6), st.integers(0, 25))


def cents(amounts):
    return [(day(n), Decimal(c) / 100) for n, c in amounts]


def as_told_by_oracle(found):
    in_cents = lambda amount: int(amount * 100)  # noqa: E731
    return {
        "status": found.status.value,
        "in_hand": in_cents(found.in_hand),
        "surplus": in_cents(found.surplus),
        "oldest": found.oldest,
        "due": found.due,
        "duties": [
            {
                "opened": d.opened,
                "due": d.due,
                "reason": d.reason.value,
                "amount": in_cents(d.amount),
                "outstanding": in_cents(d.outstanding),
                "settled": d.settled,
                "days_late": d.days_late(found.as_of),
            }
            for d in found.duties
        ],
    }


@settings(max_examples=400, deadline=None)
@given(limits, events, events, st.integers(1, 34))
def test_agrees_with_the_slow_oracle(limit, taken, deposited, as_of):
    found = examine(Limit(limit[0], Decimal(limit[1]) / 100), cents(taken), cents(deposited), day(as_of))
    expected = live_through(*limit, [(day(n), c) for n, c in taken], [(day(n), c) for n, c in deposited], day(as_of))
    assert as_told_by_oracle(found) == expected


@settings(max_examples=150, deadline=None)
@given(limits, events, events, st.integers(1, 25), st.integers(0, 9))
def test_last_nights_position_carried_on_equals_all_days_replayed(limit, taken, deposited, cut, further):
    limit = Limit(limit[0], Decimal(limit[1]) / 100)
    taken, deposited, end = cents(taken), cents(deposited), day(cut + further)
    night = replay(limit, taken, deposited, day(cut))
    later = lambda amounts: [(d, a) for d, a in amounts if d > day(cut)]  # noqa: E731
    carried = replay(limit, later(taken), later(deposited), end, start=night if night.reached else InHand())
    assert standing(carried, limit, end) == examine(limit, taken, deposited, end)


@settings(max_examples=150, deadline=None)
@given(limits, events, events, st.integers(1, 34))
def test_every_cent_is_somewhere(limit, taken, deposited, as_of):
    limit = Limit(limit[0], Decimal(limit[1]) / 100)
    found = examine(limit, cents(taken), cents(deposited), day(as_of))
    total = lambda amounts: sum(c for n, c in amounts if n <= as_of)  # noqa: E731
    assert found.in_hand - found.surplus == Decimal(total(taken) - total(deposited)) / 100
    assert not (found.in_hand and found.surplus)
    assert found.in_hand == found.late + found.falls_due + found.fresh
    assert sum(d.outstanding for d in found.duties) == found.late + found.falls_due
    assert all(earlier.due < later.due for earlier, later in zip(found.duties, found.duties[1:], strict=False))
    assert all(0 <= d.outstanding <= d.amount and (d.outstanding == 0) == (d.settled is not None) for d in found.duties)
