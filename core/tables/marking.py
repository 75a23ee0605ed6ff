"""The process that opens a sender's workbook and marks it (`python -m core.tables.marking`): see annotating.py.

No Django, no database; limits on memory, processor time and what is written.
"""

import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from xlsxwriter.exceptions import OverlappingRange

from core.tables import reader
from core.tables.annotating import (
    CANNOT_ANNOTATE,
    HINT_TITLE,
    ORIGINAL_GONE,
    REFUSED,
    SECONDS,
    WHY_NOT,
    ListPlace,
    Mark,
    Request,
)
from core.tables.headings import Column, plain
from core.tables.lists import ListReader
from core.tables.reader import Cell, Sheet, SheetError, Workbook

#: A workbook whose sheets unpack to more than this, or with more or larger merged ranges, is marked on a fresh copy of
#: its rows, not on itself: openpyxl makes an object of every cell.
HEAVY = 8 << 20
MOST_MERGES, LARGEST_MERGE = 5_000, 20_000
MEMORY, LARGEST_OUTPUT = 1 << 30, 64 << 20
#: What a file may cost of which only the marked rows are written.
LONG_LIST = replace(reader.COUNTY_LIST, seconds=50)

_RED, _GREEN = "FFFFC7CE", "FFE2EFDA"
_WRONG, _DONE = PatternFill("solid", fgColor=_RED), PatternFill("solid", fgColor=_GREEN)
_NONE = PatternFill(fill_type=None)


@dataclass(frozen=True)
class _MarkedSheet:
    """What is to be done to one sheet."""

    place: ListPlace
    marks: Mapping[int, Mark]

    def wrong(self, number: int) -> set[int]:
        """The positions of a row's wrong cells."""
        mark = self.marks.get(number)
        return {self.place.columns[key] for key in mark.wrong if key in self.place.columns} if mark else set()


_Work = Mapping[str, _MarkedSheet]


def main() -> int:
    asked: dict[str, Any] = json.load(sys.stdin)
    seconds, memory = SECONDS[asked["way"]], LONG_LIST.memory if asked["way"] == "excerpt" else MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds * 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    request = Request(
        asked["path"],
        [Mark(**{**mark, "wrong": tuple(mark["wrong"])}) for mark in asked["marks"]],
        [Column(**column) for column in asked["columns"]],
        asked["needed"],
        {name: ListPlace(**place) for name, place in asked["places"].items()},
    )
    try:
        return 0 if _WAYS[asked["way"]](request, asked["target"]) else 1
    except FileNotFoundError:
        return _refuse(SheetError(reader.UNREADABLE, ORIGINAL_GONE))
    except SheetError as error:
        return 1 if error.code == reader.TOO_LARGE else _refuse(error)


def _refuse(error: SheetError) -> int:
    json.dump({"code": error.code, "message": error.message}, sys.stdout)
    return REFUSED


def _keep(request: Request, target: str) -> bool:
    book = reader.read(request.path)
    if not is_light(Path(request.path), book):
        return False
    mark_file(request, book, target)
    return True


def _anew(request: Request, target: str) -> bool:
    write_anew(request, reader.read(request.path), target)
    return True


def _work(request: Request, book: Workbook) -> _Work:
    """The sheets with a list that anything is said about, by their names."""
    places = dict(request.places) or _find_places(request, book.sheets)
    only = next(iter(places)) if len(places) == 1 else ""
    return {
        name: _MarkedSheet(place, {m.number: m for m in request.marks if (m.sheet or only)[:60] == name[:60]})
        for name, place in places.items()
    }


def _find_places(request: Request, sheets: Iterable[Sheet]) -> dict[str, ListPlace]:
    table = ListReader(request.columns, request.needed)
    places = {}
    for header, _ in table.blocks(sheets):
        places[table.sheet_name] = ListPlace(header.row, header.columns)
    return places


def is_light(path: Path, book: Workbook) -> bool:
    """Whether the workbook may be opened with all its styles."""
    if book.kind != "xlsx" or not zipfile.is_zipfile(path):
        return False
    merged = [area for sheet in book.sheets for area in sheet.merged]
    if len(merged) > MOST_MERGES or any(_area(*area) > LARGEST_MERGE for area in merged):
        return False
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist() if info.filename.endswith(".xml")) <= HEAVY


def _area(top: int, left: int, bottom: int, right: int) -> int:
    return (bottom - top + 1) * (right - left + 1)


def mark_file(request: Request, book: Workbook, target: str) -> None:
    """Save the file as it was, with the wrong cells red and a last column that says why."""
    work = _work(request, book)
    with Path(request.path).open("rb") as file:  # by its content, whatever its name
        workbook = openpyxl.load_workbook(file, keep_links=False)
    for name, todo in work.items():
        read = next(sheet for sheet in book.sheets if sheet.name[:60] == name[:60])
        _mark_sheet(workbook[read.name], read, todo)
    workbook.save(target)


def _mark_sheet(sheet: Any, read: Sheet, todo: _MarkedSheet) -> None:
    _put_values(sheet, read, todo.marks)
    hint = _hint_column(read, todo.place.header_row) + 1
    head = sheet.cell(todo.place.header_row, hint)
    head.value, head.font = HINT_TITLE, Font(bold=True, color="FF9C0006")
    sheet.column_dimensions[head.column_letter].width = 60
    for number, mark in todo.marks.items():
        for column in range(1, hint):
            _clear(sheet.cell(number, column))
        wrong = todo.wrong(number)
        for position in wrong:
            cell = sheet.cell(number, position + 1)
            if not isinstance(cell, MergedCell):
                cell.fill = _WRONG
        said = sheet.cell(number, hint)
        if not isinstance(said, MergedCell):
            said.value = _clean(mark.says)
            said.fill = _DONE if mark.done else _WRONG if wrong or mark.says else _NONE
            said.alignment = Alignment(wrap_text=True, vertical="top")


def _put_values(sheet: Any, read: Sheet, marks: Mapping[int, Mark]) -> None:
    """Formulas of people's rows as the values they had: a program that does not calculate would lose them."""
    for number, cells in read.rows:
        if number in marks:
            for position, value in enumerate(cells):
                cell = sheet.cell(number, position + 1)
                if cell.data_type == "f" and not isinstance(cell, MergedCell):
                    cell.value = _clean(value)
                    if isinstance(value, str):
                        cell.data_type = "s"


def _clean(value: Cell) -> Cell:
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value


def _hint_column(read: Sheet, header_row: int) -> int:
    """The column for the words, from 0: the one of last time, or the first free one to the right of everything."""
    heading = dict(read.rows).get(header_row, [])
    for position, title in enumerate(heading):
        if plain(title) == HINT_TITLE:
            return position
    rightmost = max((right for *_, right in read.merged if right < 1000), default=-1) + 1
    return max(rightmost, *(len(cells) for _, cells in read.rows))


def _clear(cell: Any) -> None:
    """Take our own colours of last time away."""
    if not isinstance(cell, MergedCell) and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in (_RED, _GREEN):
        cell.fill = _NONE


# --- written anew ---------------------------------------------------------------------------------------------------


class _Looks:
    """The formats of a workbook that is written anew."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        red, green = f"#{_RED[2:]}", f"#{_GREEN[2:]}"
        self.head = workbook.add_format({"bold": True, "font_color": "#9C0006"})
        self.text = workbook.add_format({"num_format": "@"})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.wrong = workbook.add_format({"bg_color": red})
        self.wrong_text = workbook.add_format({"bg_color": red, "num_format": "@"})
        self.wrong_day = workbook.add_format({"bg_color": red, "num_format": "yyyy-mm-dd"})
        self.says = workbook.add_format({"bg_color": red, "text_wrap": True, "valign": "top"})
        self.done = workbook.add_format({"bg_color": green, "text_wrap": True, "valign": "top"})


_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": True,
}


def write_anew(request: Request, book: Workbook, target: str) -> None:
    """Save the rows of the file in a new workbook, the wrong cells red, with a last column that says why."""
    work = {name[:60]: todo for name, todo in _work(request, book).items()}
    if not work.keys() <= {sheet.name[:60] for sheet in book.sheets}:
        raise SheetError(CANNOT_ANNOTATE, WHY_NOT)
    with xlsxwriter.Workbook(target, _OPTIONS) as workbook:
        looks, shown = _Looks(workbook), False
        for number, source in enumerate(book.sheets, start=1):
            sheet = workbook.add_worksheet(_sheet_name(workbook, source.name, number))
            todo = work.get(source.name[:60], _NOTHING)
            _merge(sheet, source)
            _write_rows(sheet, source, todo, looks)
            if todo is not _NOTHING:
                _write_hints(sheet, _hint_column(source, todo.place.header_row), todo, looks)
                if not shown:
                    sheet.activate()
                    sheet.set_first_sheet()
                    shown = True
            elif not source.visible:
                sheet.hide()


_NOTHING = _MarkedSheet(ListPlace(0, {}), {})


def write_excerpt(request: Request, target: str) -> bool:
    """Save the headings and the marked rows alone, with their numbers in the file; of files of any length."""
    table = ListReader(request.columns, request.needed)
    numbers = {(mark.sheet, mark.number): mark for mark in request.marks if mark.says and not mark.done}
    with xlsxwriter.Workbook(target, _OPTIONS) as workbook:
        looks, sheet, row, name = _Looks(workbook), None, 0, ""
        for header, rows in table.blocks(reader.stream(request.path, limits=LONG_LIST)):
            if sheet is None or name != table.sheet_name:
                name, row = table.sheet_name, 0
                sheet = workbook.add_worksheet(_sheet_name(workbook, name, table.sheets_read))
                _write_excerpt_heading(sheet, header.titles, looks)
            todo, hint = _MarkedSheet(ListPlace(header.row, header.columns), {}), max(header.titles) + 2
            for number, cells in rows:
                if mark := numbers.get((name, number)) or numbers.get(("", number)):
                    row += 1
                    todo = _MarkedSheet(todo.place, {number: mark})
                    sheet.write_number(row, 0, number)
                    sheet.write_string(row, hint, str(_clean(mark.says)), looks.says)
                    for position in {*range(len(cells)), *(wrong := todo.wrong(number))}:
                        value = cells[position] if position < len(cells) else None
                        if (value is not None or position in wrong) and position + 1 < hint:
                            _write(sheet, row, position + 1, value, looks, wrong=position in wrong)
    return table.found_heading


def _write_excerpt_heading(sheet: Any, titles: Mapping[int, str], looks: "_Looks") -> None:
    hint = max(titles) + 2
    sheet.set_column(0, hint - 1, 14)
    sheet.set_column(hint, hint, 60)
    sheet.freeze_panes(1, 0)
    for position, title in {-1: "原表行号", **titles, hint - 1: HINT_TITLE}.items():
        sheet.write_string(0, position + 1, str(_clean(title)), looks.head)


def _sheet_name(workbook: xlsxwriter.Workbook, name: str, number: int) -> str:
    """The name where Excel takes it and no other sheet has it; else a plain one."""
    name = "".join(c for c in name if c not in "[]:*?/\\").strip("'")[:31] or "名单"
    taken = {sheet.get_name().casefold() for sheet in workbook.worksheets()}
    return name if name.casefold() not in taken else f"{name[:24]}（{number}）"


def _write_rows(sheet: Any, source: Sheet, todo: _MarkedSheet, looks: _Looks) -> None:
    for number, cells in source.rows:
        wrong = todo.wrong(number)
        for position, value in enumerate(cells):
            if value is not None or position in wrong:
                _write(sheet, number - 1, position, value, looks, wrong=position in wrong)
        for position in wrong:
            if position >= len(cells):
                sheet.write_blank(number - 1, position, None, looks.wrong)
        if number in source.hidden_rows:
            sheet.set_row(number - 1, None, None, {"hidden": True})


def _write(sheet: Any, row: int, column: int, value: Cell, looks: _Looks, *, wrong: bool) -> None:
    """A value as it is; text that looks like a formula or a number stays text."""
    if value is None:
        sheet.write_blank(row, column, None, looks.wrong)
    elif isinstance(value, str):
        sheet.write_string(row, column, str(_clean(value))[:32_000], looks.wrong_text if wrong else looks.text)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, looks.wrong if wrong else None)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, looks.wrong if wrong else None)
    else:
        sheet.write_datetime(row, column, value, looks.wrong_day if wrong else looks.day)


def _merge(sheet: Any, source: Sheet) -> None:
    """Merge the ranges of a sensible size that do not overlap another, before their cells are written."""
    for top, left, bottom, right in source.merged[:MOST_MERGES]:
        area = (top - 1, left, bottom - 1, right)
        if 1 < _area(*area) <= LARGEST_MERGE and right < 1000:
            with suppress(OverlappingRange):
                sheet.merge_range(*area, "")


def _write_hints(sheet: Any, hint: int, todo: _MarkedSheet, looks: _Looks) -> None:
    sheet.set_column(0, max(hint - 1, 0), 14)
    sheet.set_column(hint, hint, 60)
    sheet.write_string(todo.place.header_row - 1, hint, HINT_TITLE, looks.head)
    for number, mark in todo.marks.items():
        if mark.says:
            sheet.write_string(number - 1, hint, str(_clean(mark.says)), looks.done if mark.done else looks.says)


_WAYS = {"keep": _keep, "anew": _anew, "excerpt": write_excerpt}


if __name__ == "__main__":
    sys.exit(main())
