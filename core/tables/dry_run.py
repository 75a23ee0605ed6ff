"""What `manage.py check_sheet` asks about a file and how every kind of list answers: the shape of `check_ledger`.

Each kind has a `dry_run.py` in its own topic with one function `check(question) -> Answer`; the command
(reporting/management/commands/check_sheet.py) knows them all. Nothing is written: a check either only reads, or runs
the real service inside `rolled_back()`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction

from core.tables.lists import ListNote
from core.tables.reader import UNREADABLE, SheetError


@dataclass(frozen=True, slots=True)
class Question:
    """A file, and what the operator says about it: codes of regions, a policy's id, the day to judge by.

    `category` is a roster's category or a status list's status; `full` makes a roster a full list.
    """

    file: Path
    as_of: date
    county: str = ""
    village: str = ""
    policy: str = ""
    category: str = ""
    full: bool = False


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
