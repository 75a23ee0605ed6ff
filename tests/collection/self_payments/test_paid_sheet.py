"""What a cell of a paid list says: states, years, tickets that a spreadsheet has spoilt."""

import datetime
from decimal import Decimal

import pytest

from collection.self_payments.matching import Known, Match, Payments
from collection.self_payments.paid_sheet import Back, PaidLine, PaidListReader, Year, read_ticket, read_year
from core.tables.payment_states import Kind
from core.tables.reader import Sheet

DAY = datetime.date
YEAR = Year(2025, DAY(2024, 9, 1), DAY(2025, 8, 31))


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
        ("2025.0", DAY(2024, 10, 1), False, False),
        ("2024", DAY(2024, 10, 1), True, False),
        ("2024.0", DAY(2024, 10, 1), True, False),
        ("#N/A", DAY(2024, 10, 1), False, True),
        ("2024-2025", DAY(2024, 10, 1), False, True),
        ("本年", DAY(2024, 10, 1), False, True),
    ],
)
def test_another_year_is_never_booked_by_silence(text, paid_on, other, asked):
    wrong, doubt = read_year(text, paid_on, YEAR)
    assert (bool(wrong), bool(doubt)) == (other, asked)


def read(*rows, heading=("姓名", "证件号码", "实缴金额", "缴费日期", "缴费状态")):
    reader = PaidListReader(YEAR, DAY(2024, 10, 25))
    return list(
        reader.lines([Sheet("清单", rows=[(1, list(heading)), *((n, list(r)) for n, r in enumerate(rows, 2))])])
    )


def test_a_negative_amount_undoes_a_payment():
    (line,) = read(("王小明", "411325197005010018", -400.0, "2024-10-08", ""))
    assert (line.kind, line.amount, line.problem) == (Kind.UNDONE, 400, "")


def test_every_column_that_speaks_against_a_payment_is_heard():
    """缴费状态 says paid, and beside it a flag, a day or an amount says that the money went back."""
    heading = ("姓名", "证件号码", "实缴金额", "缴费日期", "缴费状态", "作废标志", "退费金额", "退费日期", "备注")
    rows = [
        ("已缴费", "否", "0.00", "", ""),
        ("已缴费", "是", "", "", ""),
        ("已缴费", "", 400.0, "", ""),
        ("已缴费", "", "", DAY(2024, 10, 22), ""),
        ("已缴费", "", "", "", "已退费"),
        ("已缴费", "", "", "", "村干部代缴"),
        ("", "", "", "", ""),
    ]
    lines = read(*(("王小明", "411325197005010018", 400.0, "2024-10-08", *row) for row in rows), heading=heading)
    kinds = [Kind.PAID, *[Kind.UNDONE] * 4, Kind.PAID, Kind.ASK]
    assert [line.kind for line in lines] == kinds


@pytest.mark.parametrize(("year", "kind", "wrong"), [(2025.0, Kind.PAID, ""), (2024.0, Kind.PAID, "不是2025年度")])
def test_a_year_that_is_a_number(year, kind, wrong):
    heading = ("姓名", "证件号码", "实缴金额", "缴费日期", "缴费状态", "缴费年度")
    (line,) = read(("王小明", "411325197005010018", 400.0, "2024-10-08", "已缴费", year), heading=heading)
    assert (line.kind, wrong in line.problem, bool(line.problem)) == (kind, True, bool(wrong))


@pytest.mark.parametrize(
    ("at", "says"),
    [(0, "姓名这一格是公式错误（#REF!）"), (1, "证件号码这一格是公式错误"), (2, "公式错误"), (3, "公式错误")],
)
def test_a_formula_error_in_any_cell_is_named(at, says):
    cells = ["王小明", "411325197005010018", 400.0, "2024-10-08", ""]
    cells[at] = "#REF!"
    (line,) = read(cells)
    assert says in line.problem


@pytest.mark.parametrize("word", ["合计", "合 计：", "总计:", "小计"])
def test_a_sum_is_no_payment(word):
    assert read((word, None, 400.0, None, "")) == []


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


LATER = DAY(2024, 10, 25)


def undoing(ticket="", *, day=LATER, amount=400, goes_back=Back.BY_WORDS):
    why = "已退费" if goes_back else "缴费失败"
    return PaidLine(9, "张峰", "N1", Decimal(amount), day, ticket, Kind.UNDONE, why, goes_back=goes_back)


@pytest.mark.parametrize(
    ("known", "undone", "answer"),
    [
        ("", undoing(), Match.KNOWN),
        ("A", undoing(), Match.KNOWN),
        ("A", undoing("A", day=OCTOBER), Match.KNOWN),
        ("A", undoing("R", goes_back=Back.BY_AMOUNT), Match.KNOWN),
        ("A", undoing("R", day=OCTOBER, goes_back=Back.BY_AMOUNT), Match.KNOWN),
        ("A", undoing("R"), Match.UNCLEAR),
        ("A", undoing("R", day=OCTOBER), Match.NEW),
        ("", undoing(amount=100), Match.UNCLEAR),
        ("", undoing(day=DAY(2024, 10, 19)), Match.NEW),
        ("", undoing(goes_back=Back.NOT), Match.NEW),
    ],
)
def test_money_that_goes_back_later_unsays_the_payment_before_it(known, undone, answer):
    """A refund stands under its own day and number; a second try that failed says nothing about the first."""
    payments = Payments.of([Known("N1", Decimal(400), OCTOBER, known, "1", 1)], set())
    assert payments.undone_by(undone)[0] == answer


def test_a_payment_that_comes_after_its_refund_is_asked_about():
    payments = Payments.of([Known("N1", Decimal(400), LATER, "", "1", 1, undone=True)], set())
    assert payments.match(line())[0] == Match.UNCLEAR
    assert payments.match(line(amount=320))[0] == Match.NEW


def test_a_payment_of_somebody_else_is_another():
    payments = Payments.of([Known("N2", Decimal(400), DAY(2024, 10, 20), "A", "A:N2", 1)], set())
    assert payments.match(line("A"))[0] == Match.NEW
