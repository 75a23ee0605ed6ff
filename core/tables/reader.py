"""Any spreadsheet → rows, within bounded time and memory, by content and not by name.

Reading happens in a child process with limits of its own (`sheet_formats`): whatever a file does to its parser,
the answer here is a reading or one `SheetError`. Costs about 60 ms a file beyond the reading itself.
"""

import fcntl
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

UNREADABLE = "unreadable_file"
ENCRYPTED = "encrypted_file"
TOO_LARGE = "too_large"

Cell = str | int | float | bool | date | datetime | None

_ROOT = Path(__file__).parents[2]
_DAMAGED = "文件已损坏，打不开。请在 WPS 或 Excel 里打开原文件，另存为 xlsx 后重新上传。"
_TOO_HEAVY = "表格太大，读不下。请删去多余的工作表、空行和图片，另存为新文件后再上传。"
_TOO_SLOW = "表格读了很久仍没有读完。请删去多余的工作表、公式和图片，另存为新文件后再上传。"


class SheetError(Exception):
    """A file that gives no reading: `code` for programs, `message` in Chinese for the person who sent it."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Limits:
    """What one file may cost: sizes in bytes, `rows` a sheet, `cells` a file, `seconds` of processor time."""

    bytes: int = 20 << 20
    unpacked: int = 300 << 20
    rows: int = 20_000
    columns: int = 200
    cells: int = 2_000_000
    memory: int = 1 << 30
    seconds: int = 20


VILLAGE_LEDGER = Limits()
COUNTY_REGISTER = Limits(
    bytes=200 << 20, unpacked=2 << 30, rows=1_048_576, columns=60, cells=40_000_000, memory=3 << 30, seconds=300
)
#: A department's list, a file of the tax bureau.
COUNTY_LIST = replace(COUNTY_REGISTER, bytes=50 << 20)


@dataclass
class Sheet:
    """One worksheet. `rows` holds (row number as the sheet shows it, cells); rows without content are left out.

    `merged` holds (first row, first column, last row, last column): rows from 1, columns from 0.
    """

    name: str
    visible: bool = True
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)


@dataclass
class Workbook:
    """`kind` is what the content is: xlsx, xlsb, xls (WPS et too), ods or csv."""

    kind: str
    sheets: list[Sheet]


def read(path: str | Path, *, limits: Limits = VILLAGE_LEDGER) -> Workbook:
    """All sheets of a file. Raises SheetError."""
    try:
        return _collect(path, limits, sparse=False)
    except _OutOfMemory:
        try:
            # One stray character in the last corner of a sheet is enough for the fast reader to ask for terabytes.
            return _collect(path, limits, sparse=True)
        except _OutOfMemory as error:
            raise SheetError(TOO_LARGE, _TOO_HEAVY) from error


def stream(path: str | Path, *, limits: Limits = COUNTY_REGISTER) -> Iterator[Sheet]:
    """Pieces of the sheets in order, each with up to 500 rows, without holding the file. Raises SheetError.

    The first piece of a sheet has no rows and tells its name, merged ranges and hidden rows.
    """
    try:
        sheet = None
        for frame in _frames(path, limits, sparse=False):
            if isinstance(frame, dict) and "sheet" in frame:
                sheet = _sheet(frame)
                yield sheet
            elif isinstance(frame, list):
                yield replace(sheet, rows=_rows(frame))
    except _OutOfMemory as error:
        raise SheetError(TOO_LARGE, _TOO_HEAVY) from error


def to_json(cell: Cell) -> str | int | float | bool | dict | None:
    """A cell as JSON keeps it; `from_json` gives it back."""
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    return {"d": cell.isoformat()} if isinstance(cell, date) else cell


def from_json(value: str | int | float | bool | dict | None) -> Cell:
    """What `to_json` kept."""
    if type(value) is not dict:
        return value
    return date.fromisoformat(value["d"]) if "d" in value else datetime.fromisoformat(value["t"])


class _OutOfMemory(Exception):
    pass


def _collect(path, limits, *, sparse) -> Workbook:
    kind, sheets = "", []
    for frame in _frames(path, limits, sparse=sparse):
        if isinstance(frame, list):
            sheets[-1].rows.extend(_rows(frame))
        elif "sheet" in frame:
            sheets.append(_sheet(frame))
        else:
            kind = frame.get("kind", kind)
    return Workbook(kind, sheets)


def _sheet(frame) -> Sheet:
    return Sheet(
        name=frame["sheet"],
        visible=frame["visible"],
        merged=[tuple(m) for m in frame["merged"]],
        hidden_rows=frozenset(frame["hidden"]),
    )


def _rows(frame) -> list[tuple[int, list[Cell]]]:
    return [(number, [from_json(c) if type(c) is dict else c for c in cells]) for number, cells in frame]


def _frames(path, limits: Limits, *, sparse: bool) -> Iterator[dict | list]:
    path = Path(path)
    size = path.stat().st_size
    if size > limits.bytes:
        sizes = f"文件有 {size / (1 << 20):.0f} MB，超过 {limits.bytes >> 20} MB 的上限。"
        raise SheetError(TOO_LARGE, f"{sizes}请删去图片和多余的工作表后再上传。")
    child_limits = {
        "rows": limits.rows,
        "columns": limits.columns,
        "cells": limits.cells,
        "unpacked": limits.unpacked,
        "memory": limits.memory,
        "seconds": limits.seconds,
        "sparse": sparse,
    }
    reader = [sys.executable, "-E", "-s", "-m", "core.tables.formats"]
    child = subprocess.Popen(  # noqa: S603 our own interpreter and module
        [*reader, str(path.resolve()), json.dumps(child_limits)],
        cwd=_ROOT,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with suppress(OSError, AttributeError):  # where the system gives it, so that the child reads on meanwhile
        fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
    said = []
    listener = threading.Thread(target=lambda: said.append(child.stderr.read()), daemon=True)
    listener.start()
    overdue = threading.Event()
    alarm = threading.Timer(limits.seconds * 2, lambda: (overdue.set(), child.kill()))
    alarm.start()
    try:
        for line in child.stdout:
            frame = json.loads(line)
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
        if overdue.is_set() or code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise SheetError(TOO_LARGE, _TOO_SLOW)
        if any(b"memory allocation" in s or b"MemoryError" in s or b"capacity overflow" in s for s in said):
            raise _OutOfMemory
        raise SheetError(UNREADABLE, _DAMAGED)
    finally:
        alarm.cancel()
        child.kill()
        child.wait()
        listener.join(timeout=5)
        child.stdout.close()
        child.stderr.close()
