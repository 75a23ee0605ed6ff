"""The tax bureau's lists of self-payments: cells → lines, each a payment, one undone, or one to be asked about. Pure.

Nothing is looked up here; whether a payment is known already is decided in matching.py.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from collection.declarations.tax_sheets import AMOUNT, ID_NUMBER, NAME, PAID_ON, RowCells
from collection.self_payments.ways import PAYER, WAY, PaymentWay, read_way
from core.tables.cells import half_width, read_amount
from core.tables.dates import read_date
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader
from core.tables.payment_states import Kind, read_states, state_columns
from core.tables.reader import Cell, Sheet
from residents.people import names

TICKET = Column(
    "number",
    "税票号",
    (
        "电子税票号码",
        "税票号码",
        "税票号",
        "完税证号",
        "完税凭证号",
        "缴款书号码",
        "凭证号码",
        "凭证号",
        "缴费凭证号",
        "票证号码",
        "票证号",
        "应征凭证序号",
        "订单号",
        "交易流水号",
        "流水号",
        "缴费流水号",
        "缴费单号",
    ),
    ("税票", "流水号", "凭证号", "票证号", "订单号"),
    ("日期", "时间", "金额"),
)
YEAR = Column(
    "year",
    "缴费年度",
    (
        "缴费年度",
        "参保年度",
        "所属年度",
        "费款所属期",
        "费款所属期起",
        "所属期起",
        "所属期",
        "年度",
    ),
    ("年度", "所属期"),
    ("止",),
)
NEEDED = ("name", "id_number", "amount", "paid_on")
_RETURNED = re.compile("退|冲|红字")
_YEARS = re.compile(r"(?<!\d)(20\d\d)(?=\d{0,4}(?!\d))")
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_TRAILING_ZERO = re.compile(r"(\d+)\.0+")
#: A number cell keeps fifteen digits; what stands behind them is zeros that a spreadsheet wrote.
_KEPT_DIGITS = 15


class Back(StrEnum):
    """How a line says that money that had come went back: by an amount below zero, by words, or not (作废, 失败)."""

    NOT = ""
    BY_WORDS = "words"
    BY_AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line of a paid list. `amount` in yuan, always positive; `ticket` is '' where none tells payments apart.

    `why`: what is to be asked, or the words with which a payment is undone; `problem`: why the line cannot be taken;
    `way`: where it was paid; `payer`: whose account paid (家庭共济), '' where the list does not tell.
    """

    row: int
    name: str
    id_number: str
    amount: Decimal | None
    paid_on: date | None
    ticket: str = ""
    kind: Kind = Kind.PAID
    why: str = ""
    problem: str = ""
    sheet: str = ""
    way: PaymentWay = PaymentWay.UNTOLD
    payer: str = ""
    goes_back: Back = Back.NOT


@dataclass(frozen=True, slots=True)
class Year:
    """The campaign's year, and the days that belong to it where a list names no year."""

    number: int
    first: date
    last: date


COLUMNS = (NAME, ID_NUMBER, AMOUNT, PAID_ON, TICKET, YEAR, WAY, PAYER)


class PaidListReader:
    """Reads a paid list piece by piece, as `reader.stream` hands it over: the heading stands in the first piece."""

    def __init__(self, year: Year, today: date) -> None:
        self.year, self.today = year, today
        self.table = ListReader(COLUMNS, NEEDED)

    @property
    def found_heading(self) -> bool:
        return self.table.found_heading

    def lines(self, pieces: Iterable[Sheet]) -> Iterator[PaidLine]:
        """Yield the lines of every visible sheet."""
        for header, rows in self.table.blocks(pieces):
            states = state_columns(header.titles)
            for number, cells in rows:
                if line := self._line(number, RowCells(header, cells), states):
                    yield line

    def _line(self, number: int, cells: RowCells, states: Mapping[int, str]) -> PaidLine | None:
        name, id_number, problem = cells.person()
        if is_nobody(cells.cell("name"), cells.cell("id_number")):
            return None
        written, negative = _sign_apart(cells.cell("amount"))
        amount, _, wrong_amount = read_amount(written)
        paid_on, _, wrong_day = read_date(cells.cell("paid_on"))
        if amount is not None and amount <= 0:
            wrong_amount = "金额是 0，没有缴费。"
        if paid_on and paid_on > self.today:
            wrong_day = f"缴费日期 {paid_on} 在今天以后，请核对。"
        wrong_year, doubt = read_year(cells.text("year"), paid_on, self.year)
        kind, why = read_states(cells.cells, states)
        if negative:
            kind, why = Kind.UNDONE, why if kind == Kind.UNDONE else "金额是负数"
        elif doubt and kind == Kind.PAID:
            kind, why = Kind.ASK, doubt
        problem = problem or wrong_amount or wrong_day or wrong_year
        payer = names.normalise(cells.cell("payer"))[:60]
        return PaidLine(
            number,
            name,
            id_number,
            amount,
            paid_on,
            read_ticket(cells.cell("number")),
            kind,
            why[:100],
            problem,
            self.table.sheet_name,
            read_way(cells.text("way"), payer),
            "" if payer == name else payer,
            _goes_back(kind, why, negative),
        )


def _goes_back(kind: Kind, why: str, negative: bool) -> Back:
    if negative:
        return Back.BY_AMOUNT
    return Back.BY_WORDS if kind == Kind.UNDONE and _RETURNED.search(why) else Back.NOT


@lru_cache(maxsize=1024)  # a list repeats its years and days
def read_year(text: str, paid_on: date | None, year: Year) -> tuple[str, str]:
    """Return (why the line is another year's, what is to be asked); both '' where it is this year's."""
    years = {int(found) for found in _YEARS.findall(half_width(text))}
    if years and year.number not in years:
        return f"是“{text[:20]}”的缴费，不是{year.number}年度。", ""
    if len(years) > 1 or (text and not years):
        return "", f"缴费年度“{text[:20]}”看不出是不是{year.number}年度，请核实。"
    if paid_on is None:
        return "", ""
    if years:
        if paid_on.year in (year.number - 1, year.number):
            return "", ""
        return "", f"写的是{year.number}年度，缴费日期却是 {paid_on}，请核实。"
    if year.first <= paid_on <= year.last:
        return "", ""
    return "", f"没有写缴费年度，缴费日期 {paid_on} 不在{year.number}年度的缴费期内，请核实是哪一年度的。"


def read_ticket(cell: Cell) -> str:
    """Return the ticket's number, '' where there is none or a spreadsheet has spoilt it."""
    if cell is None or isinstance(cell, bool | date | datetime):
        return ""
    if isinstance(cell, int | float):
        if abs(cell) >= 10**_KEPT_DIGITS or float(cell) != int(cell):
            return ""
        cell = int(cell)
    text = half_width(cell).strip("'\"`’‘”“").replace(":", "").upper()
    if zeros := _TRAILING_ZERO.fullmatch(text):
        text = zeros[1]
    if _SCIENTIFIC.fullmatch(text) or text in ("无", "-", "—", "/", "NULL", "#N/A"):
        return ""
    if text.isdecimal() and len(text) > _KEPT_DIGITS and not text[_KEPT_DIGITS:].strip("0"):
        return ""
    return text[:55]


def _sign_apart(cell: Cell) -> tuple[Cell, bool]:
    """Return the amount without its sign, and whether it was negative."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell < 0:
        return -cell, True
    text = half_width(cell) if isinstance(cell, str) else ""
    if text[:1] in ("-", "−") and text[1:2].isdecimal():
        return text[1:], True
    return cell, False
