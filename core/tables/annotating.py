"""A sender's own file with what is wrong marked, made in a process of its own.

Whatever opens a user's workbook does so in that process (`core.tables.marking`): a workbook can make a parser abort,
loop or ask for terabytes, and only a process with limits of its own dies of that alone. What is marked is handed in as
JSON on its stdin, the workbook goes to the file that it names. Every kind of list goes through here.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.tables.headings import Column
from core.tables.reader import SheetError

#: The column that a marked workbook adds.
HINT_TITLE = "系统提示"
CANNOT_ANNOTATE = "cannot_annotate"
WHY_NOT = "这份文件里的格式太复杂，做不出标注好的表。请照页面上列出的行号和原因改正，或把内容复制到下载的模板里再上传。"
ORIGINAL_GONE = "上传的原文件已经不在，做不出标注好的表。请重新上传。"
_ROOT = Path(__file__).parents[2]

#: The ways a marked workbook is made, the best first, and the process's seconds of processor for each.
SECONDS = {"keep": 25, "anew": 25, "excerpt": 60}
REFUSED = 3


@dataclass(frozen=True)
class Mark:
    """What is said about one row: the keys of the columns that are wrong, the words, and whether it is booked.

    `sheet` is '' where the file holds one list; in a file of several, such a mark is left out.
    """

    number: int
    says: str
    wrong: tuple[str, ...] = ()
    done: bool = False
    sheet: str = ""


@dataclass(frozen=True)
class ListPlace:
    """Where a list stands in its sheet: the last row of its heading and the positions of its columns from 0."""

    header_row: int
    columns: Mapping[str, int]


@dataclass(frozen=True)
class Request:
    """Which file to mark and what to say about its rows.

    Its lists are found by `columns` and `needed`, or stand at `places` (by the sheet's name) where that is known.
    """

    path: str
    marks: Sequence[Mark]
    columns: Sequence[Column] = ()
    needed: Sequence[str] = ()
    places: Mapping[str, ListPlace] = field(default_factory=dict)


def annotate(request: Request, target: Path) -> None:
    """Write the marked workbook to `target`. Raise SheetError where none can be made, with what to do instead.

    An xlsx keeps its own looks where openpyxl can open it; all else is written anew, in the same rows and columns.
    Of a file with more rows than a person looks through, the headings and the marked rows alone are written.
    """
    for way in SECONDS:
        if _run(request, target, way):
            return
    raise SheetError(CANNOT_ANNOTATE, WHY_NOT)


def _run(request: Request, target: Path, way: str) -> bool:
    """Make the workbook in a process with limits; return whether it is there. Raise SheetError if it cannot be read."""
    asked = {**asdict(request), "target": str(target), "way": way}
    child = subprocess.Popen(  # noqa: S603 our own interpreter and module
        [sys.executable, "-E", "-s", "-m", "core.tables.marking"],
        cwd=_ROOT,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    alarm = threading.Timer(SECONDS[way] * 3, _end, [child])
    alarm.start()
    try:
        answer, _ = child.communicate(json.dumps(asked).encode())
    finally:
        alarm.cancel()
        _end(child)
    if child.returncode == REFUSED:
        raise SheetError(**json.loads(answer))
    return child.returncode == 0


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop the process and the reader that it started."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
