"""What apps above do before two records become one: they register here in `AppConfig.ready()`.

A callback runs inside the transaction of the merge with both records locked, before anything moves; what it raises
undoes the merge.
"""

from collections.abc import Callable

from core.accounts.models import User
from residents.people.models import Resident

Merging = Callable[[Resident, Resident, User], None]
_merging: list[Merging] = []


def on_merging(callback: Merging) -> None:
    """Call `callback` with the record that stays, the one that goes, and who merges. Twice is once."""
    if callback not in _merging:
        _merging.append(callback)


def report_merging(keep: Resident, drop: Resident, actor: User) -> None:
    """Tell everybody who asked."""
    for callback in _merging:
        callback(keep, drop, actor)
