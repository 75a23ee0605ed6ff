from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.progress.goals import Coverage, StageGoal, current_stage, outlook, yearly_goals

OCTOBER = StageGoal(date(2024, 10, 31), Fraction(9, 10), "重点突击阶段")
NOVEMBER = StageGoal(date(2024, 11, 30), Fraction(1), "集中扫尾阶段")


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2024, 9, 1), OCTOBER),
        (date(2024, 10, 31), OCTOBER),
        (date(2024, 11, 1), NOVEMBER),
        (date(2024, 11, 30), NOVEMBER),
        (date(2025, 2, 1), NOVEMBER),
    ],
    ids=["before all", "on its last day", "the day after", "the last day of all", "after all"],
)
def test_the_stage_under_way(today, stage):
    assert current_stage([NOVEMBER, OCTOBER], today) is stage


def test_a_policy_without_stages_has_none():
    assert current_stage([], date(2024, 10, 1)) is None


# name, task, done, gained in 7 days, today → target, gap, days left, needed a day, at risk, missed
OUTLOOKS = [
    ("goals are whole people: 90 % of 1,001 is 901", 1001, 900, 7, date(2024, 10, 30), (901, 1, 1, 1, False, False)),
    ("reached exactly", 1000, 900, 0, date(2024, 10, 25), (900, 0, 6, None, False, False)),
    ("passed", 1000, 950, 0, date(2024, 10, 25), (900, 0, 6, None, False, False)),
    ("six days, pace just enough", 1000, 894, 7, date(2024, 10, 25), (900, 6, 6, 1, False, False)),
    ("six days, pace one short", 1000, 893, 7, date(2024, 10, 25), (900, 7, 6, 2, True, False)),
    ("standing still", 1000, 893, 0, date(2024, 10, 25), (900, 7, 6, 2, True, False)),
    ("more was reversed than collected", 1000, 893, -70, date(2024, 10, 25), (900, 7, 6, 2, True, False)),
    ("on the last day all of it today", 1000, 880, 70, date(2024, 10, 31), (900, 20, 1, 20, True, False)),
    ("the day after: missed, no pace helps", 1000, 880, 700, date(2024, 11, 1), (900, 20, 0, None, False, True)),
]


@pytest.mark.parametrize("case", OUTLOOKS, ids=[case[0] for case in OUTLOOKS])
def test_outlook(case):
    _, task, done, gained, today, expected = case
    seen = outlook(OCTOBER, task=task, done=done, gained=gained, today=today)
    assert (seen.target, seen.gap, seen.days_left, seen.needed_a_day, seen.at_risk, seen.missed) == expected


@pytest.mark.parametrize("task", [None, 0])
def test_without_a_task_there_is_no_outlook(task):
    assert outlook(OCTOBER, task=task, done=5, gained=1, today=date(2024, 10, 1)) is None


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 100), st.integers(0, 40))
def test_the_needed_pace_is_the_least_that_reaches_the_goal(task, done, share, before):
    seen = outlook(
        StageGoal(date(2024, 10, 31), Fraction(share, 100)),
        task=task,
        done=done,
        gained=0,
        today=date.fromordinal(date(2024, 10, 31).toordinal() - before),
    )
    if seen.reached:
        assert done * 100 >= share * task
    else:
        assert (seen.needed_a_day - 1) * seen.days_left < seen.gap <= seen.needed_a_day * seen.days_left


# name, should, insured, excused → 参保率, 核实率, still missing
COVERAGES = [
    ("all insured", 10, 10, 0, Fraction(1), Fraction(1), 0),
    ("one dead is verified away", 10, 9, 1, Fraction(9, 10), Fraction(1), 0),
    ("one simply missing", 10, 9, 0, Fraction(9, 10), Fraction(9, 10), 1),
    ("both", 10, 8, 1, Fraction(8, 10), Fraction(8, 9), 1),
    ("nobody on the list", 0, 0, 0, None, None, 0),
    ("all excused", 2, 0, 2, Fraction(0), None, 0),
]


@pytest.mark.parametrize("case", COVERAGES, ids=[case[0] for case in COVERAGES])
def test_coverage(case):
    _, should, insured, excused, enrolment, verified, missing = case
    seen = Coverage(should, insured, excused)
    assert (seen.enrolment_rate, seen.verified_rate, seen.missing) == (enrolment, verified, missing)


def test_gaoyang_goals_are_whole_people():
    goals = yearly_goals(
        residents=Coverage(1001, 950),
        groups=Coverage(201, 199),
        resident_share=Fraction(95, 100),
        group_share=Fraction(99, 100),
        last_year=951,
    )
    assert [(g.name, g.target, g.gap) for g in goals] == [
        ("总体参保率", 951, 1),
        ("不低于上年参保人数", 951, 1),
        ("重点人群参保率", 199, 0),
    ]


def test_a_policy_without_yearly_goals_has_none():
    assert (
        yearly_goals(
            residents=Coverage(5, 5), groups=Coverage(5, 5), resident_share=None, group_share=None, last_year=None
        )
        == []
    )
