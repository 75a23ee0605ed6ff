"""Find the heading of a list in a sheet: which rows it stands in and which column is which. Pure.

People put titles above it, spread it over up to three rows, merge its cells, reorder it and call things by other
words; `Column` names one thing that a list may tell and the words that are usual for it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.tables.cells import unify
from core.tables.reader import Cell, Sheet

ROWS_SEARCHED = 40
#: How many rows a heading may be spread over.
HEADING_ROWS = 3
#: A heading's length, without notes in brackets; longer ones are sentences.
LONGEST_HEADING = 24
#: A heading longer than this, without notes, is not searched for parts of words.
LONGEST_FOR_PARTS = 14
#: A merged range is spread over so many columns at most.
WIDEST_MERGE = 50
_BRACKETS = re.compile(r"[(（\[【<《][^)）\]】>》]*[)）\]】>》]?")
_NOISE = re.compile(r"[\s*※★:：、,，.。/\\|\-—_＊#]+")
_DIGITS = re.compile(r"\d{3,}")
#: 2025年, 2025年度, 2024-2025年度 in a heading are no sign of data.
_YEARS = re.compile(r"(20\d\d\s*[-—–~至]\s*)?20\d\d\s*年?度?")


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

    `columns` maps keys to column positions from 0; `titles` holds every heading; `twice` the keys for which two
    columns are equally good, with their positions.
    """

    row: int
    first_row: int
    columns: dict[str, int]
    titles: dict[int, str]
    twice: dict[str, list[int]] = field(default_factory=dict)


def plain(text: object) -> str:
    """A heading without spaces, remarks in brackets and marks: “实缴金额（元）*” → “实缴金额”."""
    text = unify("" if text is None else str(text))
    return _NOISE.sub("", _BRACKETS.sub("", text)) or _NOISE.sub("", text)


def letter(position: int) -> str:
    """The letter of a column counted from 0: 0 → A, 26 → AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def find(sheet: Sheet, columns: Sequence[Column], needed: Iterable[str]) -> Header | None:
    """Return the heading with the most of the needed columns, the upper one of equals.

    None if no row has a needed column and a second one, needed or not (a list of one column is content with it).
    """
    needed = frozenset(needed)
    rows = [(number, _texts(sheet, number, cells)) for number, cells in sheet.rows[:ROWS_SEARCHED]]
    best: Header | None = None
    best_score, fewest = (0, 0, 0), min(2, len(columns))
    for index in range(len(rows)):
        for levels in _levels(rows, index):
            header = _header(levels, columns)
            score = (len(needed & header.columns.keys()), len(header.columns), -len(levels))
            if score > best_score and score[0] and score[1] >= fewest:
                best, best_score = header, score
    return best


Texts = dict[int, str]


def _levels(rows: list[tuple[int, Texts]], index: int) -> Iterator[list[tuple[int, Texts]]]:
    """The row alone, and together with those under it as long as they hold no data."""
    for count in range(1, HEADING_ROWS + 1):
        if index + count > len(rows) or (count > 1 and _is_data(rows[index + count - 1][1])):
            return
        yield rows[index : index + count]


def _texts(sheet: Sheet, number: int, cells: list[Cell]) -> Texts:
    """The texts of a row that can be headings, those of merged cells spread over all they cover sideways."""
    texts = {i: str(c) for i, c in enumerate(cells) if c is not None and len(plain(c)) <= LONGEST_HEADING}
    for top, left, _, right in sheet.merged:
        if top == number and right > left and left in texts:
            for column in range(left + 1, min(right, left + WIDEST_MERGE) + 1):
                texts.setdefault(column, texts[left])
    return texts


def _is_data(texts: Texts) -> bool:
    return any(_DIGITS.search(_YEARS.sub("", plain(text))) for text in texts.values())


def _header(levels: list[tuple[int, Texts]], columns: Sequence[Column]) -> Header:
    """A heading of one or more rows: what stands lowest decides; where nothing does, what stands above."""
    last = levels[-1][1]
    titles, joined = {}, {}
    for position in sorted({position for _, texts in levels for position in texts}):
        words = [word for _, texts in levels if (word := plain(texts.get(position)))]
        if words:
            titles[position] = words[-1]
        if len(words) > 1 and position in last:
            joined[position] = "".join(dict.fromkeys(words))
    found, twice = {}, {}
    for column in columns:
        if places := _best_places(column, titles, joined):
            found[column.key] = places[0]
            if len(places) > 1:
                twice[column.key] = places
    _settle_shared(columns, titles, found, twice)
    return Header(levels[-1][0], levels[0][0], found, titles, twice)


def _best_places(column: Column, titles: Texts, joined: Texts) -> list[int]:
    """The positions whose title fits this column best; a title too short to tell is read with what stands above."""
    ranked: dict[int, list[int]] = {}
    for position, title in titles.items():
        rank = _rank(column, title)
        if rank is None and position in joined:
            rank = _rank(column, joined[position])
        if rank is not None:
            ranked.setdefault(rank, []).append(position)
    return ranked[min(ranked)] if ranked else []


def _settle_shared(
    columns: Sequence[Column], titles: Texts, found: dict[str, int], twice: dict[str, list[int]]
) -> None:
    """One column tells one thing: of several keys the one whose word fits better keeps it."""
    for position in set(found.values()):
        keys = [key for key, at in found.items() if at == position]
        if len(keys) > 1:
            ranks = {column.key: _rank(column, titles[position]) for column in columns if column.key in keys}
            keep = min(keys, key=lambda key: 999 if (rank := ranks[key]) is None else rank)
            for key in keys:
                if key != keep:
                    del found[key]
                    twice.pop(key, None)


def _rank(column: Column, title: str) -> int | None:
    for words in (title, _YEARS.sub("", title)):
        if words in column.words:
            return column.words.index(words)
    if any(word in title for word in column.never) or len(title) > LONGEST_FOR_PARTS:
        return None
    return 500 if any(part in title for part in column.parts) else None
