"""What is dear to work out, kept until something is written or a minute has passed; pages say of which minute.

Every change to residents, money, rosters, accounts and publications leaves an event, so the newest event's number says
whether anything changed. Numbers are given before a transaction ends: two that end in the other order could hide a
change, for a minute at most.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest

from config import clock
from core.accounts.models import User
from core.audit.changes import kept, kept_and_mended, newest_change
from core.audit.models import Event

SECONDS = 60
Made = TypeVar("Made")
#: What the parts of the page that is being worked out have in common; None outside of one.
_shared: ContextVar[dict[str, Any] | None] = ContextVar("what parts of one page share", default=None)


def drawn_once(request: HttpRequest, name: str, draw: Callable[[], str]) -> str:
    """The piece of HTML that `draw` makes. It may depend on the address, the reader's role and region, and the data."""
    return _kept(f"{name}:{request.path}:{request.GET.urlencode()}:{_reader(request)}:{newest_change()}", draw)


def drawn_while_unchanged(request: HttpRequest, name: str, draw: Callable[[], str]) -> str:
    """The same where it must never be old: kept until the next change. It may depend on the path, the reader's role and
    region, the data and the day."""
    key = f"{name}:{request.path}:{_reader(request)}:{clock.today()}"
    return kept_and_mended(key, draw, lambda _, changes: None)


def _reader(request: HttpRequest) -> str:
    user = request.user
    return f"{user.role}:{user.scope_prefix}" if user.is_authenticated else ""


def own_once(user: User, session: str, name: str, make: Callable[[User], Made]) -> Made:
    """What `make` works out for one session, anew after whatever its user does; what others do shows a minute later."""
    mine = Event.objects.filter(actor=user).order_by("-recorded_at").values_list("pk", flat=True).first()
    return _kept(f"{name}:{session}:{mine}", lambda: _with_shared_parts(make, user))


def once_a_page(key: str, make: Callable[[], Made]) -> Made:
    """What `make` works out, once for all parts of a page that ask for it; elsewhere at every call."""
    shared = _shared.get()
    if shared is None:
        return make()
    if key not in shared:
        shared[key] = make()
    found: Made = shared[key]
    return found


def _with_shared_parts(make: Callable[[User], Made], user: User) -> Made:
    token = _shared.set({})
    try:
        return make(user)
    finally:
        _shared.reset(token)


def _kept(name: str, make: Callable[[], Made]) -> Made:
    return kept(f"{name}:{clock.now():%m%d%H%M}", make, seconds=SECONDS)
