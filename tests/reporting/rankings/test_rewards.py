from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.rankings.rank import Achievement, rank
from reporting.rankings.rewards import Tier, awards, check_tiers, overspent

FIRST = Tier("一等奖", 1, 2, Decimal("40000.00"))
SECOND = Tier("二等奖", 3, 4, Decimal("20000.00"))


def places(*done, task=100):
    return rank(Achievement(code=str(index), task=task, done=count) for index, count in enumerate(done))


def test_a_person_and_a_prize_for_each_township():
    given_out = awards(places(99, 98, 97, 96, 95), a_person=Decimal("1.5"), tiers=[FIRST, SECOND])
    assert [(a.working_funds, a.prize_name, a.prize) for a in given_out] == [
        (Decimal("148.50"), "一等奖", Decimal("40000.00")),
        (Decimal("147.00"), "一等奖", Decimal("40000.00")),
        (Decimal("145.50"), "二等奖", Decimal("20000.00")),
        (Decimal("144.00"), "二等奖", Decimal("20000.00")),
        (Decimal("142.50"), "", Decimal("0.00")),
    ]
    assert given_out[0].total == Decimal("40148.50")


def test_a_shared_rank_gets_the_same_prize_and_may_exceed_the_pool():
    given_out = awards(places(99, 98, 98), a_person=Decimal("1.5"), tiers=[FIRST, SECOND])
    assert [a.prize_name for a in given_out] == ["一等奖"] * 3
    assert overspent(given_out, Decimal("80000")) == Decimal("40000.00")
    assert overspent(given_out, Decimal("120000")) == 0


def test_without_a_task_people_count_but_no_prize():
    (award,) = awards(places(50, task=None), a_person=Decimal("1.5"), tiers=[FIRST])
    assert (award.working_funds, award.prize) == (Decimal("75.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("tiers", "says"),
    [
        ([FIRST, Tier("二等奖", 2, 4, Decimal(1))], "应从第 3 名起"),
        ([FIRST, Tier("二等奖", 4, 5, Decimal(1))], "应从第 3 名起"),
        ([Tier("一等奖", 2, 3, Decimal(1))], "应从第 1 名起"),
        ([Tier("一等奖", 1, 0, Decimal(1))], "大于截止名次"),
        ([Tier("一等奖", 1, 1, Decimal(0))], "奖金应为大于 0"),
        ([Tier("一等奖", 1, 1, Decimal("0.001"))], "两位小数"),
    ],
    ids=["overlap", "gap", "not from the first", "turned round", "no amount", "parts of a fen"],
)
def test_tiers_that_cannot_be_used(tiers, says):
    assert any(says in problem for problem in check_tiers(tiers))
    with pytest.raises(ValueError, match=says):
        awards(places(1), a_person=Decimal("1.5"), tiers=tiers)


@given(st.lists(st.integers(0, 60_000), max_size=16))
def test_working_funds_are_exact_to_the_fen(done):
    given_out = awards(places(*done, task=50_000), a_person=Decimal("1.5"), tiers=[])
    assert sum(a.working_funds for a in given_out) == Decimal("1.5") * sum(done)
