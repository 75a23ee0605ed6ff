"""One search for everything: each topic that has something to find registers a finder in its app's `ready()`.

A finder gets the user and what was typed, and answers only what this user may see. It asks the database a constant
number of questions, each along an index.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from core.access.roles import EVERYONE, Role
from core.accounts.models import User

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


Finder = Callable[[User, str], FoundGroup]
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
    return [finder(user, text) for _, finder, page in _finders if user.role in _roles_of(page)]


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
