"""Lines that were read off a bank slip → its number, day and amount. Pure; what is not certain is left out.

A slip says a word (回单号, 日期, 金额) and beside it, or under it, a value. Two values that differ are no value.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

Value = TypeVar("Value")

_NUMBER_WORDS = ("回单编号", "回单号", "电子回单号", "交易流水", "流水号", "凭证号", "业务编号", "交易序号")
_DAY_WORDS = ("交易日期", "记账日期", "入账日期", "缴款日期", "存款日期", "回单日期", "日期", "交易时间")
_AMOUNT_WORDS = ("交易金额", "存入金额", "缴款金额", "存款金额", "小写", "金额", "合计")
#: A line with one of these tells of something else.
_OTHER_AMOUNTS = ("余额", "手续费", "大写")
_OTHER_DAYS = ("打印",)

_SLIP_NO = re.compile(r"(?<![0-9A-Z])(?=[0-9A-Z]*\d)[0-9A-Z]{6,40}(?![0-9A-Z])")
_DAY = re.compile(r"(20\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)|(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")
_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3}){1,3}|\d{1,8})(\.\d{1,2})?(?![\d.,])")
LARGEST = Decimal("9999999.99")


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A piece of text, and the box it stands in, in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1)


@dataclass(frozen=True, slots=True)
class SlipFields:
    """What a slip says, as far as it could be read."""

    slip_no: str = ""
    paid_on: date | None = None
    amount: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        return not self.slip_no and self.paid_on is None and self.amount is None


def fields_of(lines: Iterable[PrintedLine]) -> SlipFields:
    """The fields of a slip."""
    read = [PrintedLine(_plain(line.text), line.left, line.top, line.right, line.bottom) for line in lines]
    amount = _find(read, _AMOUNT_WORDS, _OTHER_AMOUNTS, _amount_in)
    return SlipFields(
        slip_no=_find(read, _NUMBER_WORDS, (), _number_in) or "",
        paid_on=_find(read, _DAY_WORDS, _OTHER_DAYS, _day_in) or _only(read, _OTHER_DAYS, _day_in),
        amount=amount,
    )


def differences(read: SlipFields, *, slip_no: str, paid_on: date, amount: Decimal) -> list[str]:
    """The fields that were read and say something else than what was typed: slip_no, paid_on, amount."""
    found = []
    if read.slip_no and _plain(read.slip_no) != _plain(slip_no).replace("-", "").replace(" ", ""):
        found.append("slip_no")
    if read.paid_on and read.paid_on != paid_on:
        found.append("paid_on")
    if read.amount is not None and read.amount != amount:
        found.append("amount")
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper().strip()


def _find(
    lines: Sequence[PrintedLine],
    words: Sequence[str],
    not_these: Sequence[str],
    value_in: Callable[[str], Value | None],
) -> Value | None:
    """The value beside the first of the words that has one; None where two places say different things."""
    for word in words:
        found = set()
        for line in lines:
            if word not in line.text or any(other in line.text for other in not_these):
                continue
            value = value_in(line.text.split(word, 1)[1])
            if value is None:
                value = _beside(lines, line, not_these, value_in)
            if value is not None:
                found.add(value)
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _beside(
    lines: Sequence[PrintedLine], label: PrintedLine, not_these: Sequence[str], value_in: Callable[[str], Value | None]
) -> Value | None:
    """The nearest value to the right on the label's own line, or else right under it."""
    right = [
        line
        for line in lines
        if line.left >= label.right - label.height and abs(line.middle - label.middle) < 0.7 * label.height
    ]
    under = [
        line
        for line in lines
        if line.left < label.right and line.right > label.left and 0 < line.middle - label.middle < 2.5 * label.height
    ]
    candidates = sorted(right, key=lambda line: line.left) + sorted(under, key=lambda line: line.top)
    for line in candidates:
        if any(other in line.text for other in not_these):
            continue
        if (value := value_in(line.text)) is not None:
            return value
    return None


def _only(
    lines: Sequence[PrintedLine], not_these: Sequence[str], value_in: Callable[[str], Value | None]
) -> Value | None:
    """The one value that stands anywhere."""
    found = {value_in(line.text) for line in lines if not any(other in line.text for other in not_these)} - {None}
    return found.pop() if len(found) == 1 else None


def _number_in(text: str) -> str | None:
    found = _SLIP_NO.findall(text.replace(" ", ""))
    return found[0] if len(found) == 1 else None


def _day_in(text: str) -> date | None:
    for groups in _DAY.findall(text):
        year, month, day = (int(part) for part in groups if part)
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


def _amount_in(text: str) -> Decimal | None:
    found = [whole + cents for whole, cents in _AMOUNT.findall(text.replace(" ", ""))]
    if len(found) != 1:
        return None
    amount = Decimal(found[0].replace(",", ""))
    return amount.quantize(Decimal("0.01")) if 0 < amount <= LARGEST else None
