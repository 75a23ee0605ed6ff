"""Months of insurance, kept as their first day. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

_WRITTEN = re.compile(r"(20\d\d)(?:[-/.年](1[0-2]|0?[1-9])|(1[0-2]|0[1-9]))月?份?(?:[-/.]?0?1日|[-/.]0?1)?")

#: A month or a year in a title: not a day, and no part of a longer number.
_NAMED = re.compile(r"(?<!\d)(20\d\d)(?:(?:年|[-/.])?(1[0-2]|0?[1-9])(?!\d|月?份?[-/.]?\d)|年(?!\d))")


def month_of(day: date) -> date:
    """The month a day lies in."""
    return date(day.year, day.month, 1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def previous_month(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """All months from `first` to `last`, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = next_month(first)
    return found


def read_month(cell: object) -> date | None:
    """2025-11, 2025年11月, 202511, 2025-11-01 or a date cell → the month; None for anything else."""
    if isinstance(cell, datetime):
        return month_of(cell.date())
    if isinstance(cell, date):
        return month_of(cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "".join(unicodedata.normalize("NFKC", "" if cell is None else str(cell)).split())
    match = _WRITTEN.fullmatch(text)
    return date(int(match[1]), int(match[2] or match[3]), 1) if match else None


def other_month(texts: Iterable[str], month: date) -> str:
    """The month or year that titles or a file's name tell, where it is another one than `month`; "" where it is not."""
    told: list[str] = []
    for text in texts:
        for match in _NAMED.finditer("".join(unicodedata.normalize("NFKC", text).split())):
            if int(match[1]) == month.year and (match[2] is None or int(match[2]) == month.month):
                return ""
            told.append(f"{match[1]}年{int(match[2])}月" if match[2] else f"{match[1]}年")
    return told[0] if told else ""


def in_words(month: date) -> str:
    return f"{month:%Y年}{month.month}月"
