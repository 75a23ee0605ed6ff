"""操作手册: its chapters, which page opens which, and the three things each role does.

Each app tells its own in `manual.py` (`CHAPTERS`, `GUIDES`), as it tells its menu; the text of a chapter stands in
`templates/manual/<key>.html`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps

from core.access.roles import EVERYONE, Role
from core.accounts.models import User


@dataclass(frozen=True)
class Chapter:
    """A chapter: where it stands in the book, for whom it is, and the names of the addresses that it explains.

    `pages` are beginnings of names: `deposit` explains deposit_list and deposit_detail. `shown_to` leaves a chapter out
    of the book of users whose county has none of it.
    """

    key: str
    title: str
    order: int
    roles: frozenset[Role]
    pages: tuple[str, ...] = ()
    shown_to: Callable[[User], bool] | None = None

    @property
    def template(self) -> str:
        return f"manual/{self.key}.html"


@dataclass(frozen=True)
class Task:
    """One of the three things a role does: its steps, the page where it is done, its chapter."""

    title: str
    steps: tuple[str, ...]
    url_name: str
    chapter: str


@dataclass(frozen=True)
class Guide:
    """What hangs on the wall of an office and leads through a first login: three tasks, and what never to forget."""

    tasks: tuple[Task, Task, Task]
    remember: tuple[str, ...]


#: The first chapter, for whatever no other explains.
BEGIN = "begin"


@cache
def _manuals() -> list[ModuleType]:
    names = [config.name for config in apps.get_app_configs() if find_spec(f"{config.name}.manual")]
    return [import_module(f"{name}.manual") for name in names if "." not in name]


@cache
def all_chapters() -> tuple[Chapter, ...]:
    """Every chapter in the order of the book."""
    found = [chapter for manual in _manuals() for chapter in manual.CHAPTERS]
    return tuple(sorted(found, key=lambda chapter: chapter.order))


@cache
def guides() -> dict[Role, Guide]:
    """The three things of each role."""
    return {role: guide for manual in _manuals() for role, guide in manual.GUIDES.items()}


def chapters_of(user: User) -> list[Chapter]:
    """The book of one user."""
    mine = (chapter for chapter in all_chapters() if user.role in chapter.roles)
    return [chapter for chapter in mine if chapter.shown_to is None or chapter.shown_to(user)]


@cache
def chapter_for(url_name: str, role: str) -> Chapter:
    """The chapter that explains a page to this role: the one whose beginning of the address's name is the longest."""
    mine = [chapter for chapter in all_chapters() if role in chapter.roles]
    known = [(len(page), -c.order, c) for c in mine for page in c.pages if url_name.startswith(page)]
    if known:
        return max(known, key=lambda one: one[:2])[2]
    return next(chapter for chapter in mine if chapter.key == BEGIN)


def roles(*names: str) -> frozenset[Role]:
    """The roles of a chapter; all where none is named."""
    return frozenset(map(Role, names)) if names else EVERYONE
