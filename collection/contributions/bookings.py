"""Who wants to know of contributions made or ended: topics above register here in `AppConfig.ready()`.

A callback gets all contributions of a chunk at once, inside the transaction that makes or ends them; what it raises
undoes that. It must be safe to repeat. Who has something to do with few of the people says by a query with whom: all
such queries are asked in one statement, and only those are told who have somebody.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import QuerySet, Value

from collection.contributions.models import Contribution
from core.accounts.models import User
from subsidies.campaigns.models import Campaign

Callback = Callable[[Campaign, Sequence[Contribution], User | None, str], None]
#: Of these residents those whom the callback wants to know of: a query's `values_list` of their ids.
Concerned = Callable[[Campaign, Collection[int]], "QuerySet[Any, Any]"]
_callbacks: list[tuple[Callback, Concerned | None]] = []
_on_ended: list[Callback] = []


def on_booked(callback: Callback, *, concerned: Concerned | None = None) -> None:
    """Call `callback` with every new contribution, or with those of the residents whom the query finds. Registering
    twice is registering once."""
    if (callback, concerned) not in _callbacks:
        _callbacks.append((callback, concerned))


def report_booked(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Tell everybody who asked."""
    found = _concerned(campaign, {contribution.resident_id for contribution in contributions})
    for number, (callback, concerned) in enumerate(_callbacks):
        told = contributions
        if concerned:
            told = [one for one in contributions if one.resident_id in found[number]] if number in found else []
        if told:
            callback(campaign, told, actor, batch)


def _concerned(campaign: Campaign, residents: Collection[int]) -> dict[int, set[int]]:
    """Number of a callback → the residents whom its query finds; one statement for all."""
    queries = [
        concerned(campaign, residents).order_by().annotate(asked_by=Value(number))
        for number, (_, concerned) in enumerate(_callbacks)
        if concerned
    ]
    found: dict[int, set[int]] = defaultdict(set)
    for resident, number in queries[0].union(*queries[1:], all=True) if queries else ():
        found[number].add(resident)
    return found


def on_ended(callback: Callback) -> None:
    """Call `callback` with every contribution that was reversed or refunded. Registering twice is registering once."""
    if callback not in _on_ended:
        _on_ended.append(callback)


def report_ended(
    campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str = ""
) -> None:
    """Tell everybody who asked."""
    for callback in _on_ended:
        callback(campaign, contributions, actor, batch)
