"""The newest change that an event tells of: what was worked out under it holds until there is a newer one, or is mended
by what the newer ones tell.

Every change to residents, money, rosters, accounts and publications leaves an event in its own transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

from django.core.cache import cache
from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from core.audit.models import Event

T = TypeVar("T")
#: Events of those who come and look: nothing has changed after them.
SIGHTS = ("ledger.unpaid_list", "visit.phones", "resident.see_number", "session.login", "session.logout")
_LONGEST_KEY = 240
#: After more changes than this, whatever is kept is made anew.
MOST_CHANGES = 500


class Change(NamedTuple):
    """What an event says of a change."""

    pk: int
    action: str
    object_id: str
    region_code: str


#: The newest change, to be read beside a row; None before the first.
NEWEST = RawSQL(  # noqa: S611 — nothing but the name of the table is put in
    f"(SELECT id FROM {Event._meta.db_table} WHERE action NOT IN ({', '.join(['%s'] * len(SIGHTS))})"  # noqa: S608
    " ORDER BY id DESC LIMIT 1)",
    SIGHTS,
    output_field=BigIntegerField(),
)
#: What the request that is answered knows of it; None outside of one.
_of_request: ContextVar[dict[str, int] | None] = ContextVar("the newest change of a request", default=None)


@contextmanager
def known_to_request() -> Iterator[None]:
    """Let what is answered inside go by the newest change that was read with the reader's account."""
    token = _of_request.set({})
    try:
        yield
    finally:
        _of_request.reset(token)


def note_newest(number: int | None) -> None:
    """Note the newest change, for a request that has just read it before anything else."""
    if (known := _of_request.get()) is not None:
        known["newest"] = number or 0


def forget_newest() -> None:
    """Have the next question ask the database: an event was written."""
    if known := _of_request.get():
        known.clear()


def newest_change() -> int:
    """Return the number of the newest event that tells of a change, 0 before the first; in a request as it stood when
    the account was read, which was before anything that a page shows."""
    known = _of_request.get() or {}
    return known["newest"] if "newest" in known else _asked_newest()


def _asked_newest() -> int:
    return Event.objects.exclude(action__in=SIGHTS).order_by("-pk").values_list("pk", flat=True).first() or 0


def kept_and_mended(
    key: str, make: Callable[[], T], mend: Callable[[T, Sequence[Change]], T | None], *, seconds: int = 3600
) -> T:
    """Return what `make` works out from the database, kept in this process and mended by what was changed since.

    `mend` gets what is kept and the changes since, and returns what holds now, or None where it must be made anew.
    Never old: numbers of events are given before a transaction ends, so nothing is kept under a number while another
    transaction may hold a smaller one, nor what is worked out inside a transaction. Whoever held one when the newest
    was read is either seen still holding it, or has ended before anything is worked out. `key` holds everything else
    that decides.
    """
    if connection.in_atomic_block:
        return make()
    newest = newest_change()
    upto: int | None
    value: Any
    upto, value = cache.get(key) or (None, None)
    if upto is not None and upto > newest:
        newest = _asked_newest()  # somebody else has asked later
    if upto == newest:
        same: T = value
        return same
    may_keep = not _others_write_events()
    changes = [] if upto is None else changes_after(upto)
    mended: T | None = mend(value, changes) if 0 < len(changes) <= MOST_CHANGES else None
    found = make() if mended is None else mended
    if may_keep:
        cache.set(key, (newest, found), timeout=seconds)
    return found


def changes_after(newest: int) -> list[Change]:
    """What was changed after the event of this number, at most one more than MOST_CHANGES."""
    rows = Event.objects.exclude(action__in=SIGHTS).filter(pk__gt=newest).order_by("pk")
    return [Change(*row) for row in rows.values_list(*Change._fields)[: MOST_CHANGES + 1]]


def kept(key: str, make: Callable[[], T], *, seconds: int, may_keep: bool = True) -> T:
    """Return what this process has kept under the key, else what `make` makes, which is then kept if it may be."""
    if len(key) > _LONGEST_KEY:  # nobody's own address: nothing of ours is that long
        return make()
    found: Any = cache.get(key)
    if found is None:
        found = make()
        if may_keep:
            cache.set(key, found, timeout=seconds)
    known: T = found
    return known


def _others_write_events() -> bool:
    """Whether another transaction of this database has written an event and is not over: it holds its lock on the table
    until then, and takes it before its number. SQLite has one writer at a time."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND relation = %s::regclass AND pid <> pg_backend_pid())",
            [Event._meta.db_table],
        )
        found: bool = cursor.fetchone()[0]
    return found
