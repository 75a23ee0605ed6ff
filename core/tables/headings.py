"""Finds the heading of a list in a sheet: which row it stands in and which column is which. Pure.

People put titles above it, merge it over two rows, reorder it and call things by other words; `Column` names one
thing that a list may tell and the words that are usual for it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.tables.reader import Cell, Sheet

ROWS_SEARCHED = 40
_LONGEST_TITLE = 24
_BRACKETS = re.compile(r"[(（\[【<《][^)）\]】>》]*[)）\]】>》]?")
_NOISE = re.compile(r"[\s*※★:：、,，.。/\\|\-—_＊#]+")
_DIGITS = re.compile(r"\d{3,}")


@dataclass(frozen=True)
class Column:
    """`words` are whole headings, the most telling first; `parts` are enough when contained, without any of `never`."""

    key: str
    title: str
    words: tuple[str, ...]
    parts: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass
class Header:
    """`row` is the last row of the heading and `first_row` its first, as the sheet numbers them.

    `columns` maps keys to column positions from 0; `titles` holds every heading found; `twice` the keys for which
    two columns are equally good, with their positions.
    """

    row: int
    first_row: int
    columns: dict[str, int]
    titles: dict[int, str]
    twice: dict[str, list[int]] = field(default_factory=dict)


def plain(text: object) -> str:
    """A heading without spaces, remarks in brackets and marks: “实缴金额（元）*” → “实缴金额”."""
    text = unicodedata.normalize("NFKC", "" if text is None else str(text))
    return _NOISE.sub("", _BRACKETS.sub("", text)) or _NOISE.sub("", text)


def find(sheet: Sheet, columns: Sequence[Column], needed: Iterable[str]) -> Header | None:
    """The heading with the most of the needed columns, the upper one of equals.

    None if no row has a needed column and a second one, needed or not (a list of one column is content with it).
    """
    needed = frozenset(needed)
    rows = [(number, _shown(sheet, number, cells)) for number, cells in sheet.rows[:ROWS_SEARCHED]]
    best, best_score, fewest = None, (0,), min(2, len(columns))
    for index, (number, cells) in enumerate(rows):
        candidates = [_header(number, number, cells, columns)]
        if index + 1 < len(rows) and not _is_data(rows[index + 1][1]):
            below = rows[index + 1]
            joined = _joined(cells, below[1])
            candidates.append(_header(number, below[0], joined, columns, upper=cells, lower=below[1]))
        for header in candidates:
            score = (len(needed & header.columns.keys()), len(header.columns), header.first_row == header.row)
            if score > best_score and score[0] and score[1] >= fewest:
                best, best_score = header, score
    return best


def _shown(sheet: Sheet, number: int, cells: list[Cell]) -> dict[int, str]:
    """The texts of a row, those of merged cells spread over all they cover sideways."""
    shown = {i: str(c) for i, c in enumerate(cells) if c is not None and len(str(c)) <= _LONGEST_TITLE}
    for top, left, _, right in sheet.merged:
        if top == number and right > left and left in shown:
            for column in range(left + 1, min(right, left + 50) + 1):
                shown.setdefault(column, shown[left])
    return shown


def _is_data(cells: dict[int, str]) -> bool:
    return any(_DIGITS.search(text) for text in cells.values())


def _joined(upper: dict[int, str], lower: dict[int, str]) -> dict[int, str]:
    """A heading of two rows: what stands below decides; where nothing does, what stands above."""
    return {column: lower.get(column) or upper.get(column, "") for column in sorted(upper.keys() | lower.keys())}


def _header(first, last, cells, columns, *, upper=None, lower=None) -> Header:
    titles = {position: plain(text) for position, text in cells.items() if plain(text)}
    found, twice = {}, {}
    for column in columns:
        ranked = {}
        for position, title in titles.items():
            rank = _rank(column, title)
            if rank is None and lower and position in lower and position in upper:
                rank = _rank(column, plain(upper[position]) + title)
            if rank is not None:
                ranked.setdefault(rank, []).append(position)
        if ranked:
            best = ranked[min(ranked)]
            found[column.key] = best[0]
            if len(best) > 1:
                twice[column.key] = best
    # One column tells one thing: the key whose word fits better keeps it.
    for position in set(found.values()):
        keys = [key for key, at in found.items() if at == position]
        if len(keys) > 1:
            ranks = {column.key: _rank(column, titles[position]) for column in columns if column.key in keys}
            keep = min(keys, key=lambda key: 999 if ranks[key] is None else ranks[key])
            for key in keys:
                if key != keep:
                    del found[key]
                    twice.pop(key, None)
    return Header(last, first, found, titles, twice)


def _rank(column: Column, title: str) -> int | None:
    if title in column.words:
        return column.words.index(title)
    if any(word in title for word in column.never) or len(title) > 14:
        return None
    return 500 if any(part in title for part in column.parts) else None
