"""What every page carries: the menu of this role, what it must do today, and the business clock.

Each app has a `menu.py` with `ENTRIES` (list of Entry) and, where it has something to ask of people,
`todos(user) -> list[Asked]`, and where a role's first page should show it at once, `panel(user) -> Panel | None`.
Roles are read from the view itself, so the menu never shows what would be refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils.safestring import SafeString

from config import clock
from core.access.roles import ADMIN_ROLES, EVERYONE, Role
from core.accounts.models import User
from core.database.counting import count_all
from core.regions.models import Region


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
    possible = _lines_of(user.role)
    shown = {ask: ask(user) for ask in {entry.shown_to for entry, _, _ in possible if entry.shown_to}}
    lines = [line for line in possible if not line[0].shown_to or shown[line[0].shown_to]]
    known = {found: address for _, url, address in lines for found in (url, address)}
    inside = [found for found in known if path == found or (found != "/" and path.startswith(found))]
    best = known.get(max(inside, key=len, default=""))
    return [
        {"label": entry.label, "group": GROUPS.get(entry.order // 10, ""), "url": address, "active": address == best}
        for entry, _, address in lines
    ]


@lru_cache(maxsize=512)
def _drawn(lines: tuple[tuple[tuple[str, Any], ...], ...]) -> SafeString:
    """The menu of these lines, drawn once in this process: some thirty lines stand on every page."""
    return render_to_string("components/menu.html", {"menu": [dict(line) for line in lines]}) if lines else SafeString()


@cache
def _lines_of(role: str) -> list[tuple[Entry, str, str]]:
    """(entry, url, where the line leads to) that this role may open at all, in the order of the work."""
    return [(entry, url, _list_for(entry, role) or url) for entry, url, allowed in _entries() if role in allowed]


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


def page_context(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = user if isinstance(user, User) else None
    region = signed_in.region if signed_in else None
    menu = menu_for(signed_in, request.path) if signed_in else []
    return {
        "county_name": _county_of(region).name if region else "",
        "region_name": region.name if region else "",
        "idle_minutes": settings.IDLE_MINUTES,
        "menu": menu,
        "drawn_menu": _drawn(tuple(tuple(line.items()) for line in menu)),
        "business_now": clock.now(),
        "clock_is_frozen": clock.is_frozen(),
    }


def _county_of(region: Region) -> Region:
    while parent := region.parent:
        region = parent
    return region
