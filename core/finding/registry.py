"""One search for everything: each topic that has something to find registers a finder in its app's `ready()`.

A finder gets the user and what was typed, and answers only what this user may see. It asks the database a constant
number of questions, each along an index. A finder of few rows hands out what it would read (`Sought`): those of all are
counted in one statement, and only what is there is read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, get_resolver

from core.access.roles import EVERYONE, Role
from core.accounts.models import User
from core.database.counting import count_all

#: Hits of one kind that are shown; who wants more types more.
MOST = 20


@dataclass(frozen=True)
class Hit:
    """One answer: what it is called, what tells it from others like it, and its page."""

    text: str
    note: str
    url: str


@dataclass(frozen=True)
class FoundGroup:
    """The answers of one kind. `searched` says what was looked through, for when nothing was found; `more`: not all are
    here."""

    label: str
    searched: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class Sought:
    """The rows of one kind that are looked for, in the order of the answers, and how one is told; `rows` None: what was
    typed cannot be one of them."""

    label: str
    searched: str
    rows: QuerySet[Any, Any] | None
    tell: Callable[[Any], Hit]


Finder = Callable[[User, str], FoundGroup | Sought]
_finders: list[tuple[int, Finder, str]] = []


def register(order: int, finder: Finder, *, page: str) -> None:
    """Add a finder whose hits lead to the page of this name: whoever may not open it is not answered.

    `order` is the place of its answers: 10 people, 20 places, 30 papers, 90 pages.
    """
    if finder not in [known for _, known, _ in _finders]:
        _finders.append((order, finder, page))
        _finders.sort(key=lambda item: item[0])


def find(user: User, text: str) -> list[FoundGroup]:
    """What was looked through for a user, in order; groups without a hit included."""
    found = [finder(user, text) for _, finder, page in _finders if user.role in _roles_of(page)]
    numbers = iter(count_all([one.rows for one in found if isinstance(one, Sought) and one.rows is not None]))
    return [one if isinstance(one, FoundGroup) else _read(one, numbers) for one in found]


def _read(sought: Sought, numbers: Iterator[int]) -> FoundGroup:
    count = next(numbers) if sought.rows is not None else 0
    rows = sought.rows[:MOST] if sought.rows is not None and count else ()
    return FoundGroup(sought.label, sought.searched, [sought.tell(row) for row in rows], count > MOST)


@cache
def _roles_of(page: str) -> frozenset[Role]:
    callbacks = (pattern.callback for pattern in _patterns(get_resolver().url_patterns) if pattern.name == page)
    return getattr(next(callbacks), "roles", EVERYONE)


def _patterns(found: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLPattern):
            yield one
        else:
            yield from _patterns(one.url_patterns)
