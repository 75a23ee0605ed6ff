"""The outlook: both sides of each boundary."""

from datetime import date
from fractions import Fraction

import pytest

from reporting.progress.goals import StageGoal
from reporting.surface.forecast import forecast, people_to_overtake, share_due

TODAY = date(2024, 10, 25)
OCTOBER = StageGoal(date(2024, 10, 31), Fraction(9, 10))
NOVEMBER = StageGoal(date(2024, 11, 30), Fraction(1))


@pytest.mark.parametrize(
    ("done", "gained", "kind", "finish", "verdict"),
    [
        (900, 0, "ok", TODAY, "已达标"),
        (899, 14, "ok", date(2024, 10, 26), "预计10月26日达标"),
        (894, 14, "ok", date(2024, 10, 31), "预计10月31日达标"),
        (893, 14, "warn", date(2024, 11, 1), "预计11月1日达标，晚1天"),
        (880, 14, "warn", date(2024, 11, 14), "预计11月14日达标，晚14天"),
        (879, 14, "bad", date(2024, 11, 15), "预计11月15日达标，晚15天"),
        (534, 14, "bad", date(2025, 10, 26), "预计10月26日达标，晚360天"),
        (533, 14, "bad", None, "按近14天进度，一年内不能达标"),
        (500, 0, "bad", None, "近14天无新增，不能达标"),
        (500, -3, "bad", None, "近14天无新增，不能达标"),
    ],
)
def test_the_finish_at_the_pace_of_fourteen_days(done, gained, kind, finish, verdict):
    answer = forecast(OCTOBER, task=1000, done=done, gained=gained, today=TODAY)
    assert (answer.kind, answer.finish, answer.verdict) == (kind, finish, verdict)


@pytest.mark.parametrize("task", [None, 0])
def test_without_a_task_nothing_is_promised(task):
    assert forecast(OCTOBER, task=task, done=5, gained=5, today=TODAY) is None


def test_ninety_percent_of_1001_people_are_901():
    assert forecast(OCTOBER, task=1001, done=900, gained=14, today=TODAY).gap == 1


START = date(2024, 9, 1)


@pytest.mark.parametrize(
    ("today", "share"),
    [
        (START, Fraction(0)),
        (date(2024, 10, 1), Fraction(9, 10) * Fraction(30, 60)),
        (date(2024, 10, 31), Fraction(9, 10)),
        (date(2024, 11, 1), Fraction(9, 10) + Fraction(1, 10) * Fraction(1, 30)),
        (date(2024, 11, 30), Fraction(1)),
        (date(2024, 12, 1), Fraction(1)),
    ],
)
def test_what_should_have_been_reached_by_days(today, share):
    assert share_due([NOVEMBER, OCTOBER], start=START, today=today) == share


def test_where_last_year_is_known_its_same_days_divide_the_way():
    curve = [(START, Fraction(0)), (date(2024, 10, 1), Fraction(3, 5)), (date(2024, 10, 31), Fraction(4, 5))]
    due = share_due([OCTOBER], start=START, today=date(2024, 10, 1), last_year=curve)
    assert due == Fraction(9, 10) * Fraction(3, 4)


def test_where_last_year_is_known_in_part_only_days_divide_it():
    curve = [(date(2024, 10, 1), Fraction(3, 5)), (date(2024, 10, 31), Fraction(4, 5))]
    assert share_due([OCTOBER], start=START, today=date(2024, 10, 1), last_year=curve) == Fraction(9, 20)


def test_a_policy_without_stages_has_no_line():
    assert share_due([], start=START, today=TODAY) is None


@pytest.mark.parametrize(
    ("task", "done", "ahead", "people"),
    [(100, 50, (200, 120), 10), (100, 60, (200, 120), 0), (3, 1, (2, 1), 1), (1000, 0, (3, 1), 334)],
)
def test_people_to_the_rank_ahead(task, done, ahead, people):
    assert people_to_overtake(task=task, done=done, ahead_task=ahead[0], ahead_done=ahead[1]) == people
