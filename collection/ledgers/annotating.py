"""A village's own file with what is wrong marked, made in a process of its own.

Whatever opens a user's workbook does so here (`python -m collection.ledgers.annotating`): a workbook can make a parser
abort, loop or ask for terabytes, and only a process with limits of its own dies of that alone. No Django, no database:
what is marked is handed in as JSON on stdin, the workbook goes to the file that it names.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from xlsxwriter.exceptions import OverlappingRange

from collection.ledgers.columns import HINT_TITLE
from core.tables import reader
from core.tables.headings import plain
from core.tables.reader import Cell, Sheet, SheetError, Workbook

CANNOT_ANNOTATE = "cannot_annotate"
_WHY_NOT = (
    "这份文件里的格式太复杂，做不出标注好的表。请照页面上列出的行号和原因改正，或把内容复制到下载的缴费清册里再上传。"
)
_ROOT = Path(__file__).parents[2]

#: A workbook whose sheets unpack to more than this, or with more or larger merged ranges, is marked on a fresh copy of
#: its rows, not on itself: openpyxl makes an object of every cell.
HEAVY = 8 << 20
MOST_MERGES, LARGEST_MERGE = 5_000, 20_000
MEMORY, SECONDS, LARGEST_OUTPUT = 1 << 30, 25, 64 << 20
_REFUSED = 3

_RED, _GREEN = "FFFFC7CE", "FFE2EFDA"
_WRONG, _DONE = PatternFill("solid", fgColor=_RED), PatternFill("solid", fgColor=_GREEN)
_NONE = PatternFill(fill_type=None)


@dataclass(frozen=True)
class Mark:
    """What is said about one row: columns (positions from 0) that are wrong, the words, and whether it is booked."""

    wrong: tuple[int, ...]
    says: str
    done: bool = False


@dataclass(frozen=True)
class Request:
    """Which file to mark, where its heading stands, and what to say about its rows."""

    path: str
    sheet: str
    header_row: int
    marks: Mapping[int, Mark]


# --- the side that asks ---------------------------------------------------------------------------------------------


def annotate(request: Request, target: Path) -> None:
    """Write the marked workbook to `target`. Raise SheetError where none can be made, with what to do instead.

    An xlsx keeps its own looks where openpyxl can open it; all else is written anew, in the same rows and columns.
    """
    for keep_file in (True, False):
        if _run(request, target, keep_file=keep_file):
            return
    raise SheetError(CANNOT_ANNOTATE, _WHY_NOT)


def _run(request: Request, target: Path, *, keep_file: bool) -> bool:
    """Make the workbook in a process with limits; return whether it is there. Raise SheetError if it cannot be read."""
    asked = {**asdict(request), "target": str(target), "keep_file": keep_file}
    child = subprocess.Popen(  # noqa: S603 our own interpreter and module
        [sys.executable, "-E", "-s", "-m", "collection.ledgers.annotating"],
        cwd=_ROOT,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    alarm = threading.Timer(SECONDS * 3, _end, [child])
    alarm.start()
    try:
        answer, _ = child.communicate(json.dumps(asked).encode())
    finally:
        alarm.cancel()
        _end(child)
    if child.returncode == _REFUSED:
        raise SheetError(**json.loads(answer))
    return child.returncode == 0


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop the process and the reader that it started."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)


# --- the process with limits ----------------------------------------------------------------------------------------


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS * 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    asked: dict[str, Any] = json.load(sys.stdin)
    marks = {int(number): Mark(tuple(m["wrong"]), m["says"], m["done"]) for number, m in asked["marks"].items()}
    request = Request(asked["path"], asked["sheet"], asked["header_row"], marks)
    try:
        book = reader.read(request.path)
    except FileNotFoundError:
        return _refuse(SheetError(reader.UNREADABLE, "上传的原文件已经不在，做不出标注好的表。请重新上传。"))
    except SheetError as error:
        return _refuse(error)
    if not asked["keep_file"]:
        write_anew(request, book, asked["target"])
    elif not is_light(Path(request.path), book):
        return 1
    else:
        mark_file(request, book, asked["target"])
    return 0


def _refuse(error: SheetError) -> int:
    json.dump({"code": error.code, "message": error.message}, sys.stdout)
    return _REFUSED


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


def _chosen(request: Request, book: Workbook) -> Sheet:
    return next(sheet for sheet in book.sheets if sheet.name[:60] == request.sheet)


def mark_file(request: Request, book: Workbook, target: str) -> None:
    """Save the file as it was, with the wrong cells red and a last column that says why."""
    read = _chosen(request, book)
    with Path(request.path).open("rb") as file:  # by its content, whatever its name
        workbook = openpyxl.load_workbook(file, keep_links=False)
    sheet = workbook[read.name]
    _put_values(sheet, read, request.marks)
    hint = _hint_column(read, request.header_row) + 1
    head = sheet.cell(request.header_row, hint)
    head.value, head.font = HINT_TITLE, Font(bold=True, color="FF9C0006")
    sheet.column_dimensions[head.column_letter].width = 60
    for number, mark in request.marks.items():
        for column in range(1, hint):
            _clear(sheet.cell(number, column))
        for position in mark.wrong:
            cell = sheet.cell(number, position + 1)
            if not isinstance(cell, MergedCell):
                cell.fill = _WRONG
        said = sheet.cell(number, hint)
        if not isinstance(said, MergedCell):
            said.value = _clean(mark.says)
            said.fill = _DONE if mark.done else _WRONG if mark.wrong or mark.says else _NONE
            said.alignment = Alignment(wrap_text=True, vertical="top")
    workbook.save(target)


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


def write_anew(request: Request, book: Workbook, target: str) -> None:
    """Save the rows of the file in a new workbook, the wrong cells red, with a last column that says why."""
    read = _chosen(request, book)
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {**options, "nan_inf_to_errors": True}) as workbook:
        looks = _Looks(workbook)
        for number, source in enumerate(book.sheets, start=1):
            sheet = workbook.add_worksheet(_sheet_name(workbook, source.name, number))
            marks = request.marks if source is read else {}
            _merge(sheet, source)
            _write_rows(sheet, source, marks, looks)
            if source is read:
                _write_hints(sheet, read, request, looks)
                sheet.activate()
                sheet.set_first_sheet()
            elif not source.visible:
                sheet.hide()


def _sheet_name(workbook: xlsxwriter.Workbook, name: str, number: int) -> str:
    """The name where Excel takes it and no other sheet has it; else a plain one."""
    name = "".join(c for c in name if c not in "[]:*?/\\").strip("'")[:31] or "缴费清册"
    taken = {sheet.get_name().casefold() for sheet in workbook.worksheets()}
    return name if name.casefold() not in taken else f"{name[:24]}（{number}）"


def _write_rows(sheet: Any, source: Sheet, marks: Mapping[int, Mark], looks: _Looks) -> None:
    for number, cells in source.rows:
        wrong = marks[number].wrong if number in marks else ()
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


def _write_hints(sheet: Any, read: Sheet, request: Request, looks: _Looks) -> None:
    hint = _hint_column(read, request.header_row)
    sheet.set_column(0, max(hint - 1, 0), 14)
    sheet.set_column(hint, hint, 60)
    sheet.write_string(request.header_row - 1, hint, HINT_TITLE, looks.head)
    for number, mark in request.marks.items():
        if mark.says:
            sheet.write_string(number - 1, hint, str(_clean(mark.says)), looks.done if mark.done else looks.says)


if __name__ == "__main__":
    sys.exit(main())
