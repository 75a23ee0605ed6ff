"""How far a gift's money reaches: cases by name, and what always holds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.gifts.rules import GiftCandidate, spread


def D(text):
    return Decimal(str(text)).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("dues", "money", "per_head", "paid", "left", "short"),
    [
        pytest.param([400, 400], 800, None, [(400, True), (400, True)], 0, 0, id="just enough"),
        pytest.param([400, 400], "799.99", None, [(400, True)], "399.99", "0.01", id="a cent too little"),
        pytest.param([400, 320], 1000, None, [(400, True), (320, True)], 280, 0, id="larger than the dues"),
        pytest.param([400, 80], 450, None, [(400, True)], 50, 30, id="stops at the first it does not reach"),
        pytest.param([400, 80], 350, None, [], 350, 130, id="nobody passes the one before"),
        pytest.param([400, 320], 200, 100, [(100, False), (100, False)], 0, 0, id="a part of each fee"),
        pytest.param([400, 80], 180, 100, [(100, False), (80, True)], 0, 0, id="never more than is due"),
        pytest.param([400], 400, 400, [(400, True)], 0, 0, id="a part that is the whole fee"),
        pytest.param([400], 0, None, [], 0, 400, id="nothing has come"),
        pytest.param([], 500, None, [], 500, 0, id="nobody owes"),
    ],
)
def test_spread(dues, money, per_head, paid, left, short):
    done = spread(
        [GiftCandidate(n, D(due)) for n, due in enumerate(dues)],
        money=D(money),
        per_head=None if per_head is None else D(per_head),
    )
    assert [(portion.amount, portion.whole) for portion in done.portions] == [(D(a), whole) for a, whole in paid]
    assert (done.left, done.short) == (D(left), D(short))


yuan = st.integers(1, 60000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(yuan, max_size=12), st.integers(0, 300000).map(lambda c: Decimal(c) / 100), st.none() | yuan)
def test_money_is_neither_made_nor_lost(dues, money, per_head):
    done = spread([GiftCandidate(n, due) for n, due in enumerate(dues)], money=money, per_head=per_head)
    spent = sum(portion.amount for portion in done.portions)
    assert spent + done.left == money
    wanted = sum(due if per_head is None else min(per_head, due) for due in dues)
    assert done.short == max(wanted - money, 0)
    for portion in done.portions:
        assert 0 < portion.amount <= dues[portion.resident_id]
        assert portion.whole == (portion.amount == dues[portion.resident_id])
