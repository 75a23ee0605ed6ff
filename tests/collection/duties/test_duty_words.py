"""The sentences helpers read. Limits of five days and ten thousand yuan; days of November 2025."""

from datetime import date
from decimal import Decimal

import pytest

from collection.duties.rules import Limit, replay, standing, tomorrow
from collection.duties.warnings import Steps, warnings_on
from collection.duties.wording import warning_text, words

LIMIT = Limit(5, Decimal("10000.00"))


def told(as_of, taken, deposited=()):
    pairs = lambda items: [(date(2025, 11, n), Decimal(a)) for n, a in items]  # noqa: E731
    day = date(2025, 11, as_of)
    position = replay(LIMIT, pairs(taken), pairs(deposited), day)
    return words(standing(position, LIMIT, day), tomorrow(position, LIMIT, day), LIMIT)


# name: (as of, taken, deposited, kind, headline, what tomorrow brings)
CASES = {
    "nothing in hand": (
        3,
        [],
        [],
        "ok",
        "手中没有待缴存的现金。",
        "收款后 5 天内、或手中满 10,000.00 元当天缴存，以先到为准。",
    ),
    "a surplus": (
        3,
        [],
        [(2, "120")],
        "ok",
        "缴存比已记的收款多 120.00 元，请核对是否有缴费没有上传。",
        "收款后 5 天内、或手中满 10,000.00 元当天缴存，以先到为准。",
    ),
    "running": (
        3,
        [(3, "400")],
        [],
        "wait",
        "请在11月8日（周六）前缴存 400.00 元，还有 5 天。",
        "再收 9,600.00 元就满 10,000.00 元，满额当天必须缴存。",
    ),
    "the day before": (
        7,
        [(3, "400")],
        [],
        "wait",
        "请在11月8日（周六）前缴存 400.00 元，还有 1 天。",
        "明天是 400.00 元的最后一天。",
    ),
    "due today": (
        8,
        [(3, "400")],
        [],
        "warn",
        "今天必须缴存 400.00 元。",
        "今天不缴存，明天 400.00 元逾期。",
    ),
    "late": (
        10,
        [(3, "400")],
        [],
        "bad",
        "已逾期 2 天：400.00 元应在11月8日（周六）前缴存，请今天就去缴存。",
        "今天不缴存，明天逾期满 3 天。",
    ),
    "late, and more today": (
        14,
        [(3, "400"), (9, "80")],
        [],
        "bad",
        "已逾期 6 天：400.00 元应在11月8日（周六）前缴存，请今天就去缴存。另有80.00 元今天到期。",
        "今天不缴存，明天 80.00 元逾期，逾期共 480.00 元。",
    ),
    "late, and more tomorrow": (
        13,
        [(3, "400"), (9, "80")],
        [],
        "bad",
        "已逾期 5 天：400.00 元应在11月8日（周六）前缴存，请今天就去缴存。",
        "今天不缴存，明天逾期满 6 天，另有 80.00 元到期。",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_words(name):
    as_of, taken, deposited, *expected = CASES[name]
    found = told(as_of, taken, deposited)
    assert [found.kind, found.headline, found.tomorrow] == expected


def test_warning_texts_fit_a_message():
    for as_of, amount in ((6, "400"), (7, "400"), (8, "400"), (9, "400"), (3, "9000")):
        position = replay(LIMIT, [(date(2025, 11, 3), Decimal(amount))], [], date(2025, 11, as_of))
        (warning,) = warnings_on(standing(position, LIMIT, date(2025, 11, as_of)), LIMIT, Steps())
        text = warning_text(warning, "某某村村民委员会")
        assert "某某村村民委员会" in text and f"{Decimal(amount):,.2f} 元" in text and len(text) < 120
