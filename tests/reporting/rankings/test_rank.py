import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.progress.goals import percent
from reporting.rankings.rank import Achievement, fingerprint, rank

# name, (code, task, done, gained)…, expected (code, rank)… in the order shown
CASES = [
    ("one", [("a", 10, 5, 0)], [("a", 1)]),
    ("nobody", [], []),
    ("higher first", [("a", 10, 5, 0), ("b", 10, 6, 0)], [("b", 1), ("a", 2)]),
    ("tie is 1, 1, 3", [("a", 10, 9, 1), ("b", 20, 18, 1), ("c", 10, 8, 9)], [("a", 1), ("b", 1), ("c", 3)]),
    (
        "tie of three is 1, 2, 2, 2, 5",
        [("a", 4, 4, 0), ("b", 2, 1, 0), ("c", 4, 2, 0), ("d", 6, 3, 0), ("e", 4, 1, 0)],
        [("a", 1), ("b", 2), ("c", 2), ("d", 2), ("e", 5)],
    ),
    ("in a tie the larger gain is shown first", [("a", 10, 5, 1), ("b", 10, 5, 2)], [("b", 1), ("a", 1)]),
    ("in a tie of equal gain the smaller code", [("b", 10, 5, 1), ("a", 10, 5, 1)], [("a", 1), ("b", 1)]),
    ("a gain never lifts over a better ratio", [("a", 10, 5, 99), ("b", 10, 6, -3)], [("b", 1), ("a", 2)]),
    ("one person in 586,000 decides", [("a", 586_000, 527_400, 0), ("b", 586_000, 527_401, 0)], [("b", 1), ("a", 2)]),
    (
        "equal as floats, not as ratios",  # 10**16 and 10**16 + 1 are the same float
        [("a", 10**16 + 1, 10**16, 0), ("b", 1, 1, 0)],
        [("b", 1), ("a", 2)],
    ),
    ("thirds are exact", [("a", 3, 1, 0), ("b", 300_000, 100_000, 0)], [("a", 1), ("b", 1)]),
    ("over the task is over 100 %", [("a", 10, 10, 0), ("b", 10, 11, 0)], [("b", 1), ("a", 2)]),
    ("no task is last and unranked", [("a", None, 9, 9), ("b", 10, 0, 0)], [("b", 1), ("a", None)]),
    ("a task of zero is no task", [("a", 0, 9, 9), ("b", 10, 0, 0)], [("b", 1), ("a", None)]),
    ("those without a task stand by code", [("b", 0, 9, 9), ("a", None, 0, 0)], [("a", None), ("b", None)]),
    ("nobody has done anything", [("b", 5, 0, 0), ("a", 7, 0, 0)], [("a", 1), ("b", 1)]),
]


@pytest.mark.parametrize(("standings", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rank(standings, expected):
    assert [(place.code, place.rank) for place in rank(Achievement(*s) for s in standings)] == expected


@pytest.mark.parametrize(
    ("previous", "movement"),
    [({"a": 3}, 2), ({"a": 1}, 0), ({}, None), (None, None), ({"a": None}, None)],
    ids=["up two", "the same", "new in the table", "first ranking of all", "had no task last time"],
)
def test_movement(previous, movement):
    assert rank([Achievement("a", 10, 5)], previous)[0].movement == movement


def test_down_is_negative_and_without_a_task_there_is_no_movement():
    _, down, unranked = rank(
        [Achievement("a", 10, 5), Achievement("b", 10, 6), Achievement("c", None, 5)], {"a": 1, "c": 2}
    )
    assert (down.movement, unranked.movement) == (-1, None)


@pytest.mark.parametrize("bad", [("a", -1, 0), ("a", 1, -1)], ids=["task", "done"])
def test_negative_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="负数"):
        Achievement(*bad)


def test_a_region_counts_once():
    with pytest.raises(ValueError, match="两次"):
        rank([Achievement("a", 1, 1), Achievement("a", 2, 2)])


people = st.integers(min_value=0, max_value=10**7)
tables = st.lists(
    st.builds(
        Achievement,
        code=st.text("0123456789", min_size=12, max_size=12),
        task=st.none() | people,
        done=people,
        gained=st.integers(-(10**6), 10**6),
    ),
    unique_by=lambda s: s.code,
    max_size=25,
)


@given(tables)
def test_a_rank_is_one_more_than_the_number_of_those_who_did_better(standings):
    for place in rank(standings):
        if not place.achievement.task:
            assert place.rank is None
            continue
        mine = place.achievement
        better = [s for s in standings if s.task and s.done * mine.task > mine.done * s.task]
        assert place.rank == len(better) + 1


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(standings, random):
    shuffled = list(standings)
    random.shuffle(shuffled)
    assert rank(shuffled) == rank(standings)


@given(tables)
def test_everyone_is_shown_once_and_those_without_a_task_last(standings):
    places = rank(standings)
    assert sorted(p.code for p in places) == sorted(s.code for s in standings)
    ranks = [p.rank for p in places]
    numbered = [r for r in ranks if r is not None]
    assert ranks == sorted(numbered) + [None] * (len(ranks) - len(numbered))


@given(tables.filter(len), st.integers(1, 1000))
def test_more_people_never_cost_a_place(standings, more):
    before = {p.code: p.rank for p in rank(standings)}
    first, *others = standings
    after = {
        p.code: p.rank for p in rank([Achievement(first.code, first.task, first.done + more, first.gained), *others])
    }
    assert before[first.code] is None or after[first.code] <= before[first.code]


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 3, "33.33%"),
        (2, 3, "66.66%"),
        (99_999, 100_000, "99.99%"),
        (1, 1, "100.00%"),
        (11, 10, "110.00%"),
        (0, 5, "0.00%"),
        (5, 0, "—"),
        (5, None, "—"),
        (1, 1000, "0.10%"),
    ],
)
def test_percent(part, whole, shown):
    assert percent(part, whole) == shown


def test_fingerprint_ignores_the_order_of_keys_only():
    assert fingerprint({"甲": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "甲": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint({"a": None}) != fingerprint({})


def test_fingerprint_is_the_same_in_every_release():
    assert fingerprint({"行": [{"code": "411325100000", "rank": 1, "task": None}]}) == (
        "920f862caf875e5ad3deb515e59f01fa1d8ca17101b94a1e1c5285b7376b1ccb"
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (1.0, "float has no single spelling"),
        ({"a": [0.1]}, "float has no single spelling"),
        ({1: "a"}, "keys are strings, not int"),
        ({"a": {3}}, "set has no single spelling"),
        ({"a": b"x"}, "bytes has no single spelling"),
    ],
)
def test_fingerprint_refuses_what_can_be_spelt_in_two_ways(content, says):
    with pytest.raises(TypeError, match=f"^fingerprint: {says}$"):
        fingerprint(content)


def test_without_an_earlier_week_nothing_was_gained():
    assert Achievement("a", 10, 5).gained == 0
