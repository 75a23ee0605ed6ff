from datetime import date, datetime, time

import pytest

from reporting.progress.schedule import RankingDue, began, last_day, rankings_due, report_before, report_due
from subsidies.policy import policies

NEIXIANG = policies.load("411325-2025")
GAOYANG = policies.load("130628-2026")


def due(policy, until):
    return rankings_due(policy.ranking, policy.period, until=until)


def test_neixiang_ranks_on_friday_noon():
    assert due(NEIXIANG, datetime(2024, 9, 13, 12)) == [
        RankingDue(datetime(2024, 9, 6, 12), "weekly"),
        RankingDue(datetime(2024, 9, 13, 12), "weekly"),
    ]


@pytest.mark.parametrize(
    ("now", "count"),
    [(datetime(2024, 9, 6, 11, 59), 0), (datetime(2024, 9, 6, 12), 1), (datetime(2024, 9, 7), 1)],
    ids=["a minute before", "at noon", "the next day"],
)
def test_not_before_its_time(now, count):
    assert len(due(NEIXIANG, now)) == count


def test_neixiang_months_and_the_final_evaluation_end_at_midnight():
    ends = [d for d in due(NEIXIANG, datetime(2025, 6, 1)) if d.kind in ("monthly", "final")]
    assert ends == [
        RankingDue(datetime(2024, 10, 1), "monthly"),
        RankingDue(datetime(2024, 11, 1), "monthly"),
        RankingDue(datetime(2024, 12, 1), "monthly"),
        RankingDue(datetime(2025, 1, 1), "final"),
        RankingDue(datetime(2025, 1, 1), "monthly"),
    ]


def test_nothing_weekly_after_the_period():
    weekly = [d.as_of for d in due(NEIXIANG, datetime(2025, 6, 1)) if d.kind == "weekly"]
    assert weekly[-1] == datetime(2024, 12, 27, 12)


def test_gaoyang_ranks_daily_from_10_november_and_weekly_from_the_17th():
    kinds = {}
    for item in due(GAOYANG, datetime(2026, 6, 1)):
        kinds.setdefault(item.kind, []).append(item.as_of)
    assert kinds["daily"][0] == datetime(2025, 11, 10, 12)
    assert kinds["daily"][1] == datetime(2025, 11, 11, 12)
    assert kinds["weekly"][:2] == [datetime(2025, 11, 17, 12), datetime(2025, 11, 24, 12)]
    assert kinds["daily"][-1] == datetime(2026, 2, 28, 12)
    assert kinds["final"] == [datetime(2026, 3, 1)]
    assert "monthly" not in kinds


@pytest.mark.parametrize(
    ("kind", "as_of", "start"),
    [
        ("daily", datetime(2024, 10, 25, 12), datetime(2024, 10, 24, 12)),
        ("weekly", datetime(2024, 10, 25, 12), datetime(2024, 10, 18, 12)),
        ("weekly", datetime(2024, 9, 6, 12), datetime(2024, 9, 1)),
        ("monthly", datetime(2024, 11, 1), datetime(2024, 10, 1)),
        ("monthly", datetime(2025, 1, 1), datetime(2024, 12, 1)),
        ("final", datetime(2025, 1, 1), datetime(2024, 12, 25)),
    ],
)
def test_what_is_new_in_the_period(kind, as_of, start):
    assert began(kind, as_of, NEIXIANG.period) == start


@pytest.mark.parametrize(
    ("as_of", "day"), [(datetime(2024, 11, 1), date(2024, 10, 31)), (datetime(2024, 11, 1, 12), date(2024, 11, 1))]
)
def test_midnight_ends_the_day_before(as_of, day):
    assert last_day(as_of) == day


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2024, 10, 21, 8), datetime(2024, 10, 25, 12)),
        (datetime(2024, 10, 25, 11, 59), datetime(2024, 10, 25, 12)),
        (datetime(2024, 10, 25, 18), datetime(2024, 10, 25, 12)),
        (datetime(2024, 10, 26), datetime(2024, 11, 1, 12)),
        (datetime(2024, 8, 30), None),
        (datetime(2024, 12, 30), None),
        (datetime(2025, 1, 3), None),
    ],
    ids=[
        "on Monday",
        "in time",
        "late on the day",
        "from Saturday the next",
        "before the period",
        "no Friday left in it",
        "after the period",
    ],
)
def test_the_report_being_written(now, expected):
    assert report_due(NEIXIANG.report, NEIXIANG.period, now) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (datetime(2024, 10, 25, 12), datetime(2024, 10, 25, 12)),
        (datetime(2024, 10, 25, 11), datetime(2024, 10, 18, 12)),
        (datetime(2024, 11, 1), datetime(2024, 10, 25, 12)),
    ],
    ids=["the same noon", "an hour before", "the month's end"],
)
def test_the_reports_a_bulletin_gathers(as_of, expected):
    assert report_before(NEIXIANG.report, as_of) == expected


def test_times_are_the_policy_s():
    assert NEIXIANG.ranking.weekly_time == time(12)
