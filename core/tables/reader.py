"""Any spreadsheet → rows, within bounded time and memory, by content and not by name.

Reading happens in a child process with limits of its own (`core.tables.formats`): whatever a file does to its parser,
the answer here is a reading or one `SheetError`. Costs about 60 ms a file beyond the reading itself. What comes back
is bounded too: rows, cells, characters in all, and the length of each cell (docs/decisions/reading-spreadsheets.md).
"""

import fcntl
import json
import signal
import subprocess
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.tables.blocks import Block

UNREADABLE = "unreadable_file"
ENCRYPTED = "encrypted_file"
TOO_LARGE = "too_large"

Cell = str | int | float | bool | date | datetime | None
Row = tuple[int, list[Cell]]
Frame = dict[str, Any] | list[Any]

#: How long is waited for a second of processor time: on a busy machine a child gets a part of it, and is not stuck.
WAITED = 4
_ROOT = Path(__file__).parents[2]
_DAMAGED = "文件已损坏，打不开。请在 WPS 或 Excel 里打开原文件，另存为 xlsx 后重新上传。"
_TOO_HEAVY = "表格太大，读不下。请删去多余的工作表、空行和图片，另存为新文件后再上传。"
_TOO_SLOW = "表格读了很久仍没有读完。请删去多余的工作表、公式和图片，另存为新文件后再上传。"
_MEGABYTE = 1 << 20


class SheetError(Exception):
    """A file that gives no reading: `code` for programs, `message` in Chinese for the person who sent it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    @property
    def is_row_limit(self) -> bool:
        """Whether the file has more rows than a list of its kind may have (core/tables/formats/output.py)."""
        return self.code == TOO_LARGE and "行，一次读不下" in self.message


@dataclass(frozen=True)
class Limits:
    """What one file may cost: sizes in bytes, `rows` a sheet, `cells` and `characters` a file, `seconds` of processor
    time. A small file gets `small_seconds` and `small_memory` at most, for real lists of that size need far less; each
    megabyte beyond it `more_seconds` and `more_memory`, up to `seconds` and `memory`."""

    bytes: int = 20 << 20
    unpacked: int = 300 << 20
    rows: int = 20_000
    columns: int = 200
    cells: int = 2_000_000
    characters: int = 30_000_000
    memory: int = 1 << 30
    seconds: int = 20
    small_bytes: int = 10 << 20
    small_seconds: int = 15
    small_memory: int = 1 << 30
    more_seconds: int = 5
    more_memory: int = 100 << 20

    def of_child(self, size: int) -> dict[str, int]:
        """The limits of the process that reads a file of this size."""
        beyond = max(0, -(-(size - self.small_bytes) // _MEGABYTE))
        return {
            "rows": self.rows,
            "columns": self.columns,
            "cells": self.cells,
            "characters": self.characters,
            "unpacked": self.unpacked,
            "memory": min(self.memory, self.small_memory + beyond * self.more_memory),
            "seconds": min(self.seconds, self.small_seconds + beyond * self.more_seconds),
        }


VILLAGE_LEDGER = Limits()
COUNTY_REGISTER = Limits(
    bytes=200 << 20,
    unpacked=2 << 30,
    rows=1_048_576,
    columns=60,
    cells=40_000_000,
    characters=2_000_000_000,
    memory=3 << 30,
    seconds=300,
)
#: A department's list, a file of the tax bureau.
COUNTY_LIST = replace(COUNTY_REGISTER, bytes=50 << 20, unpacked=1 << 30, seconds=120)


class RowRanges:
    """Row numbers as ranges in ascending order: a million of them side by side cost no more than one."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        self.extend(ranges)

    def extend(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Add ranges that lie behind those known."""
        for first, last in ranges:
            self._first.append(first)
            self._last.append(last)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._first, number) - 1
        return at >= 0 and number <= self._last[at]

    def __iter__(self) -> Iterator[int]:
        for first, last in zip(self._first, self._last, strict=True):
            yield from range(first, last + 1)

    def __bool__(self) -> bool:
        return bool(self._first)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowRanges):
            return NotImplemented
        return (self._first, self._last) == (other._first, other._last)

    def __repr__(self) -> str:
        return f"RowRanges({list(zip(self._first, self._last, strict=True))})"


@dataclass
class Sheet:
    """One worksheet. `rows` holds (row number as the sheet shows it, cells); rows without content are left out.

    `merged` holds (first row, first column, last row, last column): rows from 1, columns from 0. `dropped` are rows
    out of which characters were taken that nothing can keep (NUL, half surrogates …), `cut` rows with a cell too long.
    A piece of a sheet that was asked for in columns has a `block` in the place of rows.
    """

    name: str
    visible: bool = True
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: RowRanges = field(default_factory=RowRanges)
    rows: list[Row] = field(default_factory=list)
    block: "Block | None" = None
    dropped: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)


@dataclass
class Workbook:
    """`kind` is what the content is: xlsx, xlsb, xls (WPS et too), ods or csv."""

    kind: str
    sheets: list[Sheet]


def read(path: str | Path, *, limits: Limits = VILLAGE_LEDGER) -> Workbook:
    """Read all sheets of a file. Raise SheetError."""
    try:
        return _collect(path, limits, sparse=False)
    except _OutOfMemory:
        try:
            # One stray character in the last corner of a sheet is enough for the fast reader to ask for terabytes.
            return _collect(path, limits, sparse=True)
        except _OutOfMemory as error:
            raise SheetError(TOO_LARGE, _TOO_HEAVY) from error


def stream(path: str | Path, *, limits: Limits = COUNTY_REGISTER, in_columns: bool = False) -> Iterator[Sheet]:
    """Yield pieces of the sheets in order, each with up to 500 rows, without holding the file. Raise SheetError.

    The first piece of a sheet has no rows and tells its name, merged ranges and hidden rows. The pieces of a sheet
    share these, and the lists of rows with odd characters, which grow as it is read. `in_columns`: what follows the
    first 500 rows of a sheet may come as blocks instead.
    """
    begun = False
    try:
        for piece in _pieces(_frames(path, limits, sparse=False, in_columns=in_columns)):
            begun = True
            yield piece
        return
    except _OutOfMemory as error:
        if begun:
            raise SheetError(TOO_LARGE, _TOO_HEAVY) from error
    try:
        yield from _pieces(_frames(path, limits, sparse=True))
    except _OutOfMemory as error:
        raise SheetError(TOO_LARGE, _TOO_HEAVY) from error


def to_json(cell: Cell) -> str | int | float | bool | dict[str, str] | None:
    """A cell as JSON keeps it; `from_json` gives it back."""
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    return {"d": cell.isoformat()} if isinstance(cell, date) else cell


def from_json(value: str | int | float | bool | dict[str, str] | None) -> Cell:
    """What `to_json` kept."""
    if not isinstance(value, dict):
        return value
    return date.fromisoformat(value["d"]) if "d" in value else datetime.fromisoformat(value["t"])


class _OutOfMemory(Exception):
    pass


def _collect(path: str | Path, limits: Limits, *, sparse: bool) -> Workbook:
    kind, sheets = "", []
    for frame in _frames(path, limits, sparse=sparse):
        if isinstance(frame, dict) and "sheet" in frame:
            sheets.append(_sheet(frame))
        elif isinstance(frame, dict) and "kind" in frame:
            kind = frame["kind"]
        elif isinstance(frame, dict):
            _add_remarks(sheets[-1], frame)
        else:
            sheets[-1].rows.extend(_rows(frame))
    return Workbook(kind, sheets)


def _pieces(frames: Iterator[Frame]) -> Iterator[Sheet]:
    sheet = Sheet("")
    for frame in frames:
        if isinstance(frame, list):
            yield replace(sheet, rows=_rows(frame))
        elif "block" in frame:
            yield replace(sheet, block=_block(frame))
        elif "sheet" in frame:
            sheet = _sheet(frame)
            yield sheet
        else:
            _add_remarks(sheet, frame)


def _sheet(frame: dict[str, Any]) -> Sheet:
    return Sheet(
        name=frame["sheet"],
        visible=frame["visible"],
        merged=[tuple(m) for m in frame["merged"]],
        hidden_rows=RowRanges(frame["hidden"]),
    )


def _add_remarks(sheet: Sheet, frame: dict[str, Any]) -> None:
    """What is told of a sheet in between its rows."""
    sheet.dropped.extend(frame.get("dropped", ()))
    sheet.cut.extend(frame.get("cut", ()))


def _block(frame: dict[str, Any]) -> "Block":
    import polars as pl  # a tenth of a second that only large lists are worth

    from core.tables.blocks import Block

    numbers = pl.int_range(frame["first"], frame["first"] + frame["height"], eager=True, dtype=pl.Int64)
    others = {(row, column): from_json(cell) for row, column, cell in frame["others"]}
    return Block(numbers, pl.read_ipc_stream(frame["stream"]), others)


def _rows(frame: list[Any]) -> list[Row]:
    return [(number, [from_json(c) if type(c) is dict else c for c in cells]) for number, cells in frame]


def _frames(path: str | Path, limits: Limits, *, sparse: bool, in_columns: bool = False) -> Iterator[Frame]:
    path = Path(path)
    size = path.stat().st_size
    if size > limits.bytes:
        sizes = f"文件有 {size / _MEGABYTE:.0f} MB，超过 {limits.bytes >> 20} MB 的上限。"
        raise SheetError(TOO_LARGE, f"{sizes}请删去图片和多余的工作表后再上传。")
    child_limits = {**limits.of_child(size), "sparse": sparse, "in_columns": in_columns}
    child, told, complaints = _start(path, child_limits)
    errors: list[bytes] = []
    listener = threading.Thread(target=lambda: errors.append(complaints.read()), daemon=True)
    listener.start()
    alarm = _Alarm(child, child_limits["seconds"] * WAITED)
    try:
        for frame in _whole_frames(told, alarm):
            if isinstance(frame, dict):
                if frame.get("end"):
                    return
                if frame.get("error") == "memory":
                    raise _OutOfMemory
                if "error" in frame:
                    raise SheetError(frame["error"], frame["message"])
            yield frame
        code = child.wait()
        listener.join(timeout=5)
        if alarm.is_overdue or code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise SheetError(TOO_LARGE, _TOO_SLOW)
        if any(b"memory allocation" in e or b"MemoryError" in e or b"capacity overflow" in e for e in errors):
            raise _OutOfMemory
        raise SheetError(UNREADABLE, _DAMAGED)
    finally:
        child.kill()
        child.wait()
        listener.join(timeout=5)
        told.close()
        complaints.close()


def _whole_frames(told: IO[bytes], alarm: "_Alarm") -> Iterator[Frame]:
    """Yield what the child writes; half a frame is the last that an ended child wrote, and is left out."""
    while (line := alarm.wait_for(told.readline)).endswith(b"\n"):
        frame = json.loads(line)
        if isinstance(frame, dict) and "block" in frame:
            frame["stream"] = alarm.wait_for(partial(told.read, frame["block"]))
            if len(frame["stream"]) < frame["block"]:
                return
        yield frame


class _Alarm:
    """Ends a child for which was waited too long in all. What is done with the rows meanwhile counts for nothing:
    a list of the tax bureau is booked as it comes, and its child waits for minutes until the next rows are wanted.
    """

    def __init__(self, child: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._child, self._left, self.is_overdue = child, seconds, False

    def wait_for(self, read: Callable[[], bytes]) -> bytes:
        """Return what comes from the child, or what came until it was ended."""
        timer, began = threading.Timer(self._left, self._stop), time.monotonic()
        timer.start()
        try:
            return read()
        finally:
            timer.cancel()
            self._left = max(0.0, self._left - (time.monotonic() - began))

    def _stop(self) -> None:
        self.is_overdue = True
        self._child.kill()


def _start(path: Path, child_limits: dict[str, int | bool]) -> "tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]":
    """Start a child that reads the file; return it with what it writes and what it complains of."""
    child = subprocess.Popen(  # noqa: S603 our own interpreter and module
        [sys.executable, "-E", "-s", "-m", "core.tables.formats", str(path.resolve()), json.dumps(child_limits)],
        cwd=_ROOT,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None and child.stderr is not None  # noqa: S101 - both were asked for as pipes
    with suppress(OSError, AttributeError):  # where the system gives it, so that the child reads on meanwhile
        fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, _MEGABYTE)
    return child, child.stdout, child.stderr
