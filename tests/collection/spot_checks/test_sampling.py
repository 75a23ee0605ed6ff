"""How many people to call, and which; what they say beside the books."""

import datetime
from decimal import Decimal
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.spot_checks.comparing import BookedAtDraw, Deviation, Said, differences
from collection.spot_checks.sampling import CONFIDENCES, SHARES, draw, sample_size

#: people, confidence, share → size.
SIZES = [
    (0, 95, 10, 0),
    (1, 95, 10, 1),
    (10, 95, 10, 10),
    (20, 95, 10, 16),
    (300, 95, 10, 28),
    (2000, 95, 10, 29),
    (2000, 99, 5, 88),
    (2000, 90, 20, 11),
    (600_000, 95, 10, 29),
]


@pytest.mark.parametrize(("people", "confidence", "share", "size"), SIZES)
def test_sizes(people, confidence, share, size):
    assert sample_size(people, confidence=confidence, share=share) == size


@given(st.integers(1, 400), st.sampled_from(CONFIDENCES), st.sampled_from(SHARES))
def test_the_size_is_the_smallest_that_keeps_its_word(people, confidence, share):
    size = sample_size(people, confidence=confidence, share=share)
    differing = -(-people * share // 100)

    def missed(n):
        return comb(people - differing, n) * 100, comb(people, n) * (100 - confidence)

    least, most = missed(size)
    assert least <= most
    least, most = missed(size - 1)
    assert least > most


@pytest.mark.parametrize(("people", "confidence", "share"), [(-1, 95, 10), (5, 0, 10), (5, 100, 10), (5, 95, 0)])
def test_no_such_sample(people, confidence, share):
    with pytest.raises(ValueError, match="no such sample"):
        sample_size(people, confidence=confidence, share=share)


@given(st.sets(st.integers(1, 10**9), max_size=60), st.integers(0, 60), st.text(max_size=8), st.randoms())
def test_the_seed_draws_the_same_whatever_the_order(ids, size, seed, chance):
    shuffled = list(ids)
    chance.shuffle(shuffled)
    found = draw(ids, size=size, seed=seed)
    assert draw(shuffled, size=size, seed=seed) == found
    assert len(found) == min(size, len(ids)) and set(found) <= ids


def test_known_draw():
    """Worked out with sha256sum."""
    assert draw(range(1, 11), size=3, seed="neixiang") == KNOWN_DRAW


KNOWN_DRAW = [10, 7, 5]
DAY = datetime.date(2024, 10, 8)
CASH, PHONE = BookedAtDraw(Decimal(400), DAY, True), BookedAtDraw(Decimal(400), DAY, False)
SAYINGS = {
    "as booked": (CASH, Said(True, Decimal(400), DAY, True), []),
    "remembers nothing": (CASH, Said(True), []),
    "another amount": (CASH, Said(True, Decimal("399.99")), [Deviation.AMOUNT]),
    "seven days off": (CASH, Said(True, paid_on=DAY + datetime.timedelta(7)), []),
    "eight days off": (CASH, Said(True, paid_on=DAY + datetime.timedelta(8)), [Deviation.DAY]),
    "eight days before": (CASH, Said(True, paid_on=DAY - datetime.timedelta(8)), [Deviation.DAY]),
    "cash, no receipt": (CASH, Said(True, receipt=False), [Deviation.NO_RECEIPT]),
    "by phone, no receipt": (PHONE, Said(True, receipt=False), []),
    "booked, not paid": (CASH, Said(False), [Deviation.BOOKED_NOT_PAID]),
    "owes nothing, not paid": (BookedAtDraw(Decimal(0), DAY, False), Said(False), []),
    "not booked, not paid": (None, Said(False), []),
    "paid, not booked": (None, Said(True, Decimal(400), DAY, False), [Deviation.PAID_NOT_BOOKED]),
    "several": (
        CASH,
        Said(True, Decimal(500), DAY - datetime.timedelta(30), False),
        [Deviation.AMOUNT, Deviation.DAY, Deviation.NO_RECEIPT],
    ),
}


@pytest.mark.parametrize(("booked", "said", "found"), SAYINGS.values(), ids=SAYINGS)
def test_what_differs(booked, said, found):
    assert differences(booked, said) == found
