"""Lines read off a slip → number, day, amount; what is not certain is left out."""

import datetime
from decimal import Decimal

import pytest

from collection.slip_photos.parsing import PrintedLine, SlipFields, differences, fields_of

DAY, AMOUNT = datetime.date(2024, 10, 8), Decimal("12400.00")


def rows(*pairs, gap=110):
    """A slip with a word at the left and its value at the right, a line each."""
    lines = []
    for number, (word, value) in enumerate(pairs):
        top = 30.0 * number
        lines.append(PrintedLine(word, 20, top, 80, top + 15))
        if value:
            lines.append(PrintedLine(value, gap, top + 2, gap + 90, top + 17))
    return lines


WHOLE = [("回单号", "NX20241008001"), ("日期", "2024-10-08"), ("金额", "12,400.00")]
CASES = {
    "word and value side by side": (rows(*WHOLE), SlipFields("NX20241008001", DAY, AMOUNT)),
    "in one piece": (
        rows(("交易流水号：0012345678", ""), ("交易日期：2024年10月8日", ""), ("金额（小写）：￥12400元", "")),
        SlipFields("0012345678", DAY, AMOUNT),
    ),
    "full width": (
        rows(("回单号", "ＮＸ００１２３４"), ("日期", "２０２４／１０／０８"), ("金额", "￥１２，４００．００")),
        SlipFields("NX001234", DAY, AMOUNT),
    ),
    "a day without separators": (rows(("记账日期", "20241008")), SlipFields(paid_on=DAY)),
    "the day alone, without its word": (rows(("2024-10-08 10:31:22", "")), SlipFields(paid_on=DAY)),
    "two days without words": (rows(("2024-10-08", "2024-10-09")), SlipFields()),
    "the day of printing is another": (
        rows(("打印日期", "2024-10-09"), ("交易日期", "2024-10-08")),
        SlipFields(paid_on=DAY),
    ),
    "balance and charge are other amounts": (
        rows(("余额", "99,999.99"), ("手续费", "2.00"), ("金额", "12,400.00")),
        SlipFields(amount=AMOUNT),
    ),
    "the transaction's amount goes before the total": (
        rows(("合计", "24,800.00"), ("交易金额", "12,400.00")),
        SlipFields(amount=AMOUNT),
    ),
    "two amounts with the same word": (rows(("金额", "12,400.00"), ("金额", "400.00")), SlipFields()),
    "the same amount twice": (rows(("金额", "12,400.00"), ("金额", "12400")), SlipFields(amount=AMOUNT)),
    "no such day": (rows(("日期", "2024-02-30")), SlipFields()),
    "nothing in it": (rows(("金额", "0.00"), ("回单号", "AB12")), SlipFields()),
    "the largest amount": (rows(("金额", "9,999,999.99")), SlipFields(amount=Decimal("9999999.99"))),
    "larger than any": (rows(("金额", "10,000,000.00")), SlipFields()),
    "letters alone are no number": (rows(("回单号", "ABCDEFGH")), SlipFields()),
    "a photograph of a field": (rows(("小心落石", ""), ("限速 40", "")), SlipFields()),
    "nothing": ([], SlipFields()),
}


@pytest.mark.parametrize(("lines", "fields"), CASES.values(), ids=CASES)
def test_fields(lines, fields):
    assert fields_of(lines) == fields
    assert fields_of(reversed(lines)) == fields, "in whatever order the lines come"


def test_a_value_may_stand_under_its_word():
    lines = [
        PrintedLine("回单号", 20, 0, 80, 15),
        PrintedLine("金额", 200, 0, 260, 15),
        PrintedLine("NX20241008001", 20, 25, 140, 40),
        PrintedLine("12,400.00", 200, 25, 280, 40),
    ]
    assert fields_of(lines) == SlipFields("NX20241008001", None, AMOUNT)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({}, []),
        ({"slip_no": "nx 2024-1008001"}, []),
        ({"slip_no": "NX20241008002"}, ["slip_no"]),
        ({"paid_on": DAY + datetime.timedelta(1), "amount": Decimal("12400.01")}, ["paid_on", "amount"]),
    ],
)
def test_what_differs_from_what_was_typed(typed, found):
    said = {"slip_no": "NX20241008001", "paid_on": DAY, "amount": AMOUNT, **typed}
    assert differences(SlipFields("NX20241008001", DAY, AMOUNT), **said) == found
    assert differences(SlipFields(), **said) == [], "what was not read differs from nothing"
