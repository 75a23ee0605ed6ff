"""What `manage.py check_sheet` asks about a file and how every kind of list answers: the shape of `check_ledger`.

Each kind has a `dry_run.py` in its own topic with one function `check(question) -> Answer`, which its app registers
(core/uploads/checks.py). Nothing is written: a check either only reads, or runs the real service inside
`rolled_back()`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.db import transaction

from core.refusals import Refused
from core.tables import reader
from core.tables.lists import NO_ROWS, NOTHING_BELOW, ListNote, ListReader
from core.tables.reader import UNREADABLE, Limits, Sheet, SheetError

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Question:
    """A file, and what the operator says about it: codes of regions, a policy's id, the day to judge by.

    `category` is a roster's category or a status list's status; `full` makes a roster a full list; `unit` is the
    credit code of the unit whose month a declaration tells.
    """

    file: Path
    as_of: date
    county: str = ""
    village: str = ""
    policy: str = ""
    category: str = ""
    full: bool = False
    unit: str = ""


class QuestionError(Exception):
    """The question itself is wrong: an unknown region, policy or category. The text says what to give instead."""


@dataclass
class Answer:
    """What would happen: rows taken, rows refused, what is worth knowing. Row numbers are the sheet's own."""

    sheet: str | None = None
    header_row: int | None = None
    accepted: list[dict[str, object]] = field(default_factory=list)
    rejected: list[dict[str, object]] = field(default_factory=list)
    warnings: list[dict[str, object]] = field(default_factory=list)
    file_error: dict[str, str] | None = None

    def accept(self, row: int | None, **values: object) -> None:
        self.accepted.append({"row": row, **values})

    def reject(self, row: int | None, column: str | None, code: str, message: str) -> None:
        self.rejected.append({"row": row, "column": column, "code": code, "message": message})

    def warn(self, row: int | None, code: str, message: str) -> None:
        self.warnings.append({"row": row, "code": code, "message": message})

    def note(self, notes: Iterable[ListNote]) -> None:
        """Add what is to be said about the whole file."""
        for note in notes:
            self.warn(None, note.code, note.message)

    def refuse_file(self, error: SheetError) -> "Answer":
        """Make this the answer for a file that cannot be read."""
        self.file_error = {"code": error.code, "message": error.message}
        return self

    def as_dict(self) -> dict[str, object]:
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "warnings": self.warnings,
            "file_error": self.file_error,
        }


def try_list(
    question: Question,
    table: ListReader,
    read: Callable[[Iterator[Sheet]], Iterable[Line]],
    *,
    limits: Limits = reader.COUNTY_LIST,
    no_list: str,
) -> tuple[Answer, list[Line]]:
    """Read the file as its topic reads it: the answer with what is to be said of the file, and its lines.

    A file that gives no list (`no_list` says why where no heading was found) is the answer's error.
    """
    answer, lines = Answer(), list[Line]()
    try:
        require_file(question)
        lines = list(read(reader.stream(question.file, limits=limits)))
        if not table.found_heading:
            raise SheetError("missing_columns", no_list)
        if not lines:
            raise SheetError(NO_ROWS, NOTHING_BELOW)
    except SheetError as error:
        return answer.refuse_file(error), []
    except Refused as refused:
        return answer.refuse_file(SheetError(UNREADABLE, str(refused))), []
    answer.sheet, answer.header_row = table.sheet_name, table.last_row
    answer.note(table.notes())
    return answer, lines


def require_file(question: Question) -> None:
    """Raise SheetError if the file is not there."""
    if not question.file.is_file():
        raise SheetError(UNREADABLE, f"没有找到文件 {question.file.name}。")


@contextmanager
def rolled_back() -> Iterator[None]:
    """Run the block in a transaction that is undone at its end, whatever happens: the real service, nothing kept."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


class SilentRun:
    """Stands in for a job's run where a service reports progress and fences its writes: nobody watches a dry run."""

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Report to nobody."""

    def assert_owner(self) -> None:
        """Nobody can take a dry run over."""
