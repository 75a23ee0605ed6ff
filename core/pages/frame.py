"""What every page carries: the menu of this role, what it must do today, and the business clock.

Each app has a `menu.py` with `ENTRIES` (list of Entry) and, where it has something to ask of people,
`todos(user) -> list[Asked]`, and where a role's first page should show it at once, `panel(user) -> Panel | None`.
Roles are read from the view itself, so the menu never shows what would be refused.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from config import clock
from core.access.roles import ADMIN_ROLES, EVERYONE, Role
from core.accounts.models import User
from core.database.counting import count_all


@dataclass(frozen=True)
class Entry:
    """A menu line; its group is the tens of `order` (GROUPS). `roles` narrows what the view allows, and `shown_to` says
    of a user whether the line is of use where they work; `admin_list` is the list of the back office where those who
    work there find the same rows: nothing has two lists."""

    label: str
    url_name: str
    order: int
    roles: frozenset[Role] | None = None
    shown_to: Callable[[Any], bool] | None = None
    admin_list: str = ""


#: The groups of the menu, in the order of the work, by the tens of `Entry.order`.
GROUPS = {
    2: "登记",
    3: "政策与资助",
    4: "台账",
    5: "资金",
    6: "申报与入库",
    7: "公示与退费",
    8: "进度与排名",
    9: "管理",
    10: "职工医保",
}


@dataclass(frozen=True)
class Todo:
    """Something a person must do: the sentence, where to do it, whether it is late or due today, and the button."""

    text: str
    url: str
    urgent: bool = False
    button: str = "去办理"


@dataclass(frozen=True)
class Counted:
    """A to-do about rows that wait: left out where there are none, and "{count}" in `text` is how many.

    All of a page are counted in one statement, so a topic hands out its rows and does not count them itself.
    """

    rows: QuerySet[Any]
    text: str
    url: str
    urgent: bool = False
    button: str = "去办理"


#: What a topic asks of somebody.
Asked = Todo | Counted


@dataclass(frozen=True)
class Panel:
    """A part of somebody's first page: its template and what the template needs."""

    template: str
    context: dict[str, Any]


@cache
def _menus() -> list[ModuleType]:
    names = [config.name for config in apps.get_app_configs() if find_spec(f"{config.name}.menu")]
    return [import_module(f"{name}.menu") for name in names if name.split(".")[0] in _OURS]


_OURS = {"core", "residents", "subsidies", "collection", "employees", "reporting"}


@cache
def _entries() -> list[tuple[Entry, str, frozenset[Role]]]:
    """(entry, url, roles), in the order of the work."""
    found: list[tuple[Entry, str, frozenset[Role]]] = []
    for menu in _menus():
        for entry in menu.ENTRIES:
            url = reverse(entry.url_name)
            allowed = getattr(resolve(url).func, "roles", EVERYONE)
            found.append((entry, url, allowed & entry.roles if entry.roles else allowed))
    return sorted(found, key=lambda item: item[0].order)


def menu_for(user: User, path: str = "") -> list[dict[str, Any]]:
    """The menu lines this user may open: label, group, url, active."""
    lines = MenuLines.of(user)
    return lines.shown(lines.active(path))


class Line(NamedTuple):
    """A menu line of a role: its page, and the address to which it leads."""

    label: str
    group: str
    page: str
    url: str


@dataclass(frozen=True)
class MenuLines:
    """The menu of those who share a role and what is of no use where they work; `addresses`: a page's → its line's."""

    lines: tuple[Line, ...]
    addresses: dict[str, str]

    @staticmethod
    def of(user: User) -> "MenuLines":
        return _menu_lines(user.role, frozenset(ask for ask in _asked_of(user.role) if not ask(user)))

    def active(self, path: str) -> str:
        """The address of the line to which a page belongs; "" where none is."""
        inside = [found for found in self.addresses if path == found or (found != "/" and path.startswith(found))]
        return self.addresses[max(inside, key=len)] if inside else ""

    def shown(self, active: str) -> list[dict[str, Any]]:
        return [
            {"label": line.label, "group": line.group, "url": line.url, "active": line.url == active}
            for line in self.lines
        ]


@cache
def _asked_of(role: str) -> frozenset[Callable[[Any], bool]]:
    """What has to be asked of a user of this role."""
    return frozenset(entry.shown_to for entry, _, allowed in _entries() if role in allowed and entry.shown_to)


@lru_cache(maxsize=128)
def _menu_lines(role: str, hidden: frozenset[Callable[[Any], bool]]) -> MenuLines:
    lines = tuple(
        Line(entry.label, GROUPS.get(entry.order // 10, ""), url, _list_for(entry, role) or url)
        for entry, url, allowed in _entries()
        if role in allowed and entry.shown_to not in hidden
    )
    return MenuLines(lines, {found: line.url for line in lines for found in (line.page, line.url)})


@lru_cache(maxsize=512)
def _drawn_menu(lines: tuple[Line, ...], active: str) -> SafeString:
    """The menu of these lines, drawn once in this process: some thirty lines stand on every page."""
    if not lines:
        return SafeString()
    return render_to_string("components/menu.html", {"menu": MenuLines(lines, {}).shown(active)})


def _list_for(entry: Entry, role: str) -> str:
    """The address of the back office's list, for who works there."""
    if not entry.admin_list or role not in ADMIN_ROLES:
        return ""
    model = apps.get_model(entry.admin_list)
    listed: Any = admin.site.get_model_admin(model)  # a ScopedAdmin: the site takes no other
    is_open = role in listed.roles
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") if is_open else ""


def todos_for(user: User) -> list[Todo]:
    """Everything this user must do today, urgent first."""
    found = [todo for menu in _menus() if hasattr(menu, "todos") for todo in menu.todos(user)]
    return sorted(counted(found), key=lambda todo: not todo.urgent)


def counted(found: Sequence[Asked]) -> list[Todo]:
    """The to-dos in their order, those about rows with their number; one statement, however many there are."""
    numbers = iter(count_all([todo.rows for todo in found if isinstance(todo, Counted)]))
    said: list[Todo] = []
    for todo in found:
        if isinstance(todo, Todo):
            said.append(todo)
        elif number := next(numbers):
            said.append(Todo(todo.text.replace("{count}", str(number)), todo.url, todo.urgent, todo.button))
    return said


def panels_for(user: User) -> list[Panel]:
    """What this user's first page shows besides the to-dos, in the order of the work: reporting comes last."""
    found = [menu.panel(user) for menu in reversed(_menus()) if hasattr(menu, "panel")]
    return [panel for panel in found if panel]


class PageFrame:
    """What stands around a page. Each part is drawn once in this process for all who see it alike; the reader's own
    token is put where CSRF_HERE stands. Nothing is worked out before a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        user = getattr(request, "user", None)
        self.request, self.user = request, user if isinstance(user, User) else None
        region, county = (self.user.region, self.user.county) if self.user else (None, None)
        self.county_name = county.name if county else ""
        self.region_name = region.name if region else ""

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def _lines(self) -> MenuLines:
        return MenuLines.of(self.user) if self.user else MenuLines((), {})

    @property
    def menu(self) -> list[dict[str, Any]]:
        """The menu lines of the reader."""
        return self._lines.shown(self._lines.active(self.request.path))

    @property
    def drawn_menu(self) -> SafeString:
        return _drawn_menu(self._lines.lines, self._lines.active(self.request.path))

    @property
    def links(self) -> SafeString:
        """The style sheets and the script of every page."""
        return _part("links", large_type=bool(self.user and self.user.large_type))

    @property
    def beginning(self) -> SafeString:
        """The header up to the year: the county, the search, the clock."""
        return self._with_token(
            "header_beginning",
            county_name=self.county_name,
            signed_in=bool(self.user),
            moves_clock=bool(self.user and self.user.role == Role.COUNTY),
            **self._minute,
        )

    @property
    def ending(self) -> SafeString:
        """The header after the year: who is signed in, and the buttons of the phone."""
        if self.user is None:
            return SafeString()
        return self._with_token(
            "header_ending",
            name=self.user.name,
            place="" if self.region_name == self.county_name else self.region_name,
            office=self.user.department or self.user.get_role_display(),
            menu=bool(self._lines.lines),
        )

    @property
    def print_header(self) -> SafeString:
        """What stands on paper instead of the header."""
        name = self.user.name if self.user else ""
        return _part("print_header", county_name=self.county_name, name=name, **self._minute)

    @property
    def _minute(self) -> dict[str, Any]:
        now = timezone.localtime(self.now).replace(second=0, microsecond=0)
        return {"business_now": now, "clock_is_frozen": clock.is_frozen()}

    @cached_property
    def _token(self) -> str:
        return get_token(self.request)

    def _with_token(self, part: str, /, **facts: Any) -> SafeString:
        return SafeString(_part(part, csrf_token=CSRF_HERE, **facts).replace(CSRF_HERE, self._token))


#: Where the reader's token goes in a part; nobody can type it.
CSRF_HERE = secrets.token_hex(16)


@lru_cache(maxsize=1024)
def _part(part: str, /, **facts: Any) -> SafeString:
    """A part of the frame, drawn once in this process for all of whom these facts hold."""
    return render_to_string(f"components/{part}.html", facts)


def page_context(request: HttpRequest) -> dict[str, Any]:
    frame = PageFrame(request)
    return {
        "frame": frame,
        "county_name": frame.county_name,
        "region_name": frame.region_name,
        "idle_minutes": settings.IDLE_MINUTES,
        "business_now": frame.now,
        "clock_is_frozen": clock.is_frozen(),
    }
