"""The kinds of lists that come in: which columns each has, how they are filled in, and what is wrong with a file.

Each topic that takes a list registers its kind (`upload.py` beside its reader); the template, the marked workbook and
the part of the upload page follow from that. `key` is the kind of the attachment too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.tables.headings import Column


@dataclass(frozen=True)
class Fill:
    """How one column of a template is filled in. `choices` are offered as a list to choose from."""

    key: str
    how: str
    example: str
    choices: tuple[str, ...] = ()


Judge = Callable[[Attachment, User, Mapping[str, str]], Iterable[Mark]]


@dataclass(frozen=True)
class UploadKind:
    """A kind of list. `judge` says what is wrong with a kept file, given what its page had asked beside the file.

    `choices_for` offers words that depend on the county (its categories), by the column's key.
    """

    key: str
    name: str
    roles: tuple[Role, ...]
    columns: Sequence[Column]
    needed: Sequence[str]
    fills: Sequence[Fill]
    judge: Judge | None = None
    choices_for: Callable[[User], Mapping[str, tuple[str, ...]]] | None = None

    def title(self, key: str) -> str:
        """The heading of a column."""
        return next(column.title for column in self.columns if column.key == key)


_kinds: dict[str, UploadKind] = {}


def register(kind: UploadKind) -> None:
    """Add a kind of list."""
    _kinds[kind.key] = kind


def kind_of(key: str) -> UploadKind | None:
    """Return the kind with this key."""
    return _kinds.get(key)


def all_kinds() -> list[UploadKind]:
    """Return every kind of list."""
    return list(_kinds.values())
