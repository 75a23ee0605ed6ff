"""What a cell of a paid list says: states, years, tickets that a spreadsheet has spoilt."""

import datetime
from decimal import Decimal

import pytest

from collection.self_payments.matching import Known, Match, Payments
from collection.self_payments.paid_sheet import Kind, PaidLine, PaidListReader, Year, read_state, read_ticket, read_year
from core.tables.reader import Sheet

DAY = datetime.date
YEAR = Year(2025, DAY(2024, 9, 1), DAY(2025, 8, 31))
PAID = """
    已缴费 缴费成功 已入库 成功 已缴纳 支付成功 扣款成功 已到账 正常 有效 已完税 已开票 交易成功
"""
UNDONE = """
    已作废 作废 已退费 退费成功 已冲正 已冲销 已红冲 已撤销 已退款 已退库 缴费失败 失败 未到账 未缴费 待缴费
    未支付 支付失败 扣款不成功 尚未到账 已取消 退费中
"""


@pytest.mark.parametrize("text", ["", *PAID.split()])
def test_a_payment(text):
    assert read_state(text)[0] == Kind.PAID


@pytest.mark.parametrize("text", UNDONE.split())
def test_no_payment(text):
    assert read_state(text)[0] == Kind.UNDONE


@pytest.mark.parametrize("text", ["核销中", "处理中", "部分成功", "已缴费后退", "未知", "3"])
def test_an_unknown_state_is_asked_about(text):
    kind, why = read_state(text)
    assert (kind, text in why) == (Kind.ASK, True)


@pytest.mark.parametrize(("text", "kind"), [("是", Kind.UNDONE), ("否", Kind.PAID), ("未作废", Kind.PAID)])
def test_a_flag_answers_the_question_of_its_heading(text, kind):
    assert read_state(text, "作废标志")[0] == kind


@pytest.mark.parametrize(
    ("cell", "ticket"),
    [
        (None, ""),
        ("341024410000123450", "341024410000123450"),
        ("'341024410000123450", "341024410000123450"),
        ("341024410000123450.0", "341024410000123450"),
        ("3.41024E+17", ""),
        ("1.23E+17", ""),
        (3.4102441000012345e17, ""),
        ("341024410000123000", ""),
        (12345.0, "12345"),
        (12345, "12345"),
        (1.5, ""),
        ("无", ""),
        ("SP:1", "SP1"),
    ],
)
def test_tickets(cell, ticket):
    assert read_ticket(cell) == ticket


@pytest.mark.parametrize(
    ("text", "paid_on", "other", "asked"),
    [
        ("", DAY(2024, 9, 1), False, False),
        ("", DAY(2024, 8, 31), False, True),
        ("", DAY(2025, 8, 31), False, False),
        ("", DAY(2025, 9, 1), False, True),
        ("", DAY(2023, 11, 5), False, True),
        ("2025", DAY(2024, 10, 1), False, False),
        ("2025年度", DAY(2025, 11, 1), False, False),
        ("202501-202512", DAY(2024, 10, 1), False, False),
        ("2025", DAY(2023, 10, 1), False, True),
        ("2024", DAY(2024, 10, 1), True, False),
        ("2024-2025", DAY(2024, 10, 1), False, True),
        ("本年", DAY(2024, 10, 1), False, True),
    ],
)
def test_another_year_is_never_booked_by_silence(text, paid_on, other, asked):
    wrong, doubt = read_year(text, paid_on, YEAR)
    assert (bool(wrong), bool(doubt)) == (other, asked)


def read(*rows, heading=("姓名", "证件号码", "实缴金额", "缴费日期", "缴费状态")):
    reader = PaidListReader(YEAR, DAY(2024, 10, 25))
    return list(reader.lines(Sheet("清单", rows=[(1, list(heading)), *((n, list(r)) for n, r in enumerate(rows, 2))])))


def test_a_negative_amount_undoes_a_payment():
    (line,) = read(("王小明", "411325197005010018", -400.0, "2024-10-08", ""))
    assert (line.kind, line.amount, line.problem) == (Kind.UNDONE, 400, "")


def test_a_day_to_come_is_wrong():
    today, tomorrow = read(
        ("王小明", "411325197005010018", 400.0, "2024-10-25", ""),
        ("王小明", "411325197005010018", 400.0, "2024-10-26", ""),
    )
    assert (today.problem, "今天以后" in tomorrow.problem) == ("", True)


# --- What one payment is --------------------------------------------------------------------------------------------


OCTOBER = DAY(2024, 10, 20)


def line(ticket="", *, day=OCTOBER, amount=400, row=2):
    return PaidLine(row, "张峰", "N1", Decimal(amount), day, ticket)


def listed(*lists):
    """What becomes of the lines of list after list."""
    found, rows = [], {}
    for lines in lists:
        payments = Payments(rows, set())
        answers = []
        for item in lines:
            match, _, _ = payments.match(item)
            if match != Match.KNOWN:
                payments.add(item)
            answers.append(match.value)
        rows = payments.known
        found.append(answers)
    return found


LISTS = {
    "with ticket, then without": ([[line("A")], [line()]], [["new"], ["known"]]),
    "without, then with": ([[line()], [line("A")]], [["new"], ["known"]]),
    "two tickets are two payments": ([[line("A"), line("B")]], [["new", "new"]]),
    "two lines without tickets are asked about": ([[line(), line()]], [["new", "unclear"]]),
    "and known the next time": ([[line(), line()], [line(), line()]], [["new", "unclear"], ["known", "known"]]),
    "the same ticket twice": ([[line("A"), line("A")]], [["new", "known"]]),
    "a ticket told later tells apart": ([[line()], [line("A"), line("B")]], [["new"], ["known", "new"]]),
    "two known, listed without": ([[line("A"), line("B")], [line(), line()]], [["new", "new"], ["known", "known"]]),
    "another day": ([[line()], [line(day=DAY(2024, 10, 21))]], [["new"], ["new"]]),
    "another amount": ([[line()], [line(amount=320)]], [["new"], ["new"]]),
    "one ticket, two amounts": ([[line("A")], [line("A", amount=320)]], [["new"], ["unclear"]]),
    "one ticket, two days": ([[line("A")], [line("A", day=DAY(2024, 10, 21))]], [["new"], ["unclear"]]),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_payment_counts_once_in_however_many_lists(name):
    lists, expected = LISTS[name]
    assert listed(*lists) == expected


def test_a_payment_of_somebody_else_is_another():
    payments = Payments.of([Known("N2", Decimal(400), DAY(2024, 10, 20), "A", "A:N2", 1)], set())
    assert payments.match(line("A"))[0] == Match.NEW
