"""一人一档: a resident's whole story on one page, put together from what each app knows.

An app registers a provider in its AppConfig.ready(): a function (resident, user) → Section, or None where this user
has no business with it. A provider asks the database a constant number of questions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.accounts.models import User
from residents.people.models import Resident


@dataclass(frozen=True)
class Section:
    """A titled table. A cell is text, a date, a Decimal, or a Badge; `empty` is said where there are no rows."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    empty: str = "没有记录。"

    @property
    def labelled(self) -> list[list[tuple[str, Any]]]:
        """The rows as (column, cell) pairs: on a phone each cell carries its heading."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Badge:
    """A state in a cell: kind is ok, wait, warn, bad or off."""

    kind: str
    text: str


#: What tells a section of somebody's page to a user; None where there is nothing to tell.
Provider = Callable[[Resident, User], Section | None]
_providers: list[tuple[int, Provider]] = []


def register(order: int, provider: Provider) -> None:
    """Adds a section; `order` follows a person's way: 10 who they are, 20 marks, 30 money, 90 events."""
    if provider not in [known for _, known in _providers]:
        _providers.append((order, provider))
        _providers.sort(key=lambda item: item[0])


def sections_for(resident: Resident, user: User) -> list[Section]:
    found = (provider(resident, user) for _, provider in _providers)
    return [section for section in found if section is not None]
