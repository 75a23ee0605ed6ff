"""The registry of dated facts about people: what changed is told to the apps above, in the transaction of the change.

Whoever changes a fact (counter, list, merge, correction, taking back) calls `record_facts` once with all changes of
that step, after writing them and with the residents' rows locked. Apps above register in their `AppConfig.ready()`:

    facts.on_fact(open_refunds, kinds={FactKind.STATUS, FactKind.BIRTH_DATE})

A callback gets `(changes, actor, batch)`: all changes of its kinds in one sequence, up to some 10,000 at once, so it
works with sets. It runs inside the transaction: what it raises undoes the change, and `Refused` is told to the person.
It must be safe to repeat. `old` None: a new fact. `new` None: the fact was taken back. Both: it was corrected. An
event of the audit log exists already for each of them; callbacks record only what they do themselves.

| kind | resident_id | old, new |
| --- | --- | --- |
| REGISTERED | the new resident; of a whole register the children alone | None, the village's code |
| STATUS | whose status | `StatusFact` that came or was taken back; the present one stands on the resident |
| BIRTH_DATE | whose | dates |
| INSURED_YEARS | whose | tuple of years taken away, tuple of years added |
| NUMBER | whose | `NumberFact` |
| NAME | whose | names |
| VILLAGE | who moved | village codes |
| PARENT | the child | `ParentFact` |
| MERGED | the record that was merged | None, id of the resident that stays; all that hung on it has moved |
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.accounts.models import User


class FactKind(StrEnum):
    REGISTERED = "registered"
    STATUS = "status"
    BIRTH_DATE = "birth_date"
    INSURED_YEARS = "insured_years"
    NUMBER = "number"
    NAME = "name"
    VILLAGE = "village"
    PARENT = "parent"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class StatusFact:
    """A dated status: a value of Resident.Status, its first day, and the paper it comes from."""

    status: str
    since: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class NumberFact:
    """A document's type and number."""

    document_type: str
    id_number: str


@dataclass(frozen=True, slots=True)
class ParentFact:
    """A child's registered mother or father ("mother", "father")."""

    relation: str
    parent_id: int


FactValue = StatusFact | NumberFact | ParentFact | date | str | int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact of one resident that came, went or was corrected."""

    resident_id: int
    kind: FactKind
    old: FactValue | None
    new: FactValue | None


Callback = Callable[[Sequence[FactChange], User | None, str], None]
_callbacks: list[tuple[Callback, frozenset[FactKind]]] = []


def on_fact(callback: Callback, *, kinds: Collection[FactKind] = tuple(FactKind)) -> None:
    """Call `callback` with every change of these kinds. Registering twice is registering once."""
    entry = (callback, frozenset(kinds))
    if entry not in _callbacks:
        _callbacks.append(entry)


def is_wanted(kind: FactKind) -> bool:
    """Whether anybody asked for this kind, for changes that are costly to gather."""
    return any(kind in kinds for _, kinds in _callbacks)


def record_facts(changes: Iterable[FactChange], *, actor: User | None, batch: str = "") -> None:
    """Tell everybody who asked. Call inside the transaction of the change, after writing it."""
    changes = list(changes)
    for callback, kinds in _callbacks:
        wanted = [change for change in changes if change.kind in kinds]
        if wanted:
            callback(wanted, actor, batch)
