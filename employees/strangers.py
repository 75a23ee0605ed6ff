"""Lists of employees' insurance that look like a search for people: one event for the security officer."""

from collections.abc import Collection
from dataclasses import dataclass

from core.accounts.models import User
from core.tables.reader import SheetError
from residents.people.disclosure import misses_elsewhere, record_oversized, record_probe


@dataclass(frozen=True)
class Sent:
    """A list as the event names it: `key` is its own, so that a second reading leaves no second event."""

    what: str
    county: str
    key: str
    by: User | None


def note_strangers(sent: Sent, claims: Collection[tuple[str, str]]) -> None:
    """Leave the event if many of these (number, name) are registered elsewhere by another name.

    The lists are judged by the county's own insurance alone and tell nothing of them; this is asked for the event.
    """
    misses = misses_elsewhere(((number, name) for number, name in claims if number), scope=sent.county)
    record_probe(misses=misses, rows=len(claims), what=sent.what, actor=sent.by, region=sent.county, batch=sent.key)


def note_too_many(sent: Sent, error: Exception) -> None:
    """Leave the event for a list of more rows than are read, none of which was looked up."""
    if isinstance(error, SheetError) and error.is_row_limit:
        record_oversized(what=sent.what, reason=error.message, actor=sent.by, region=sent.county, batch=sent.key)
