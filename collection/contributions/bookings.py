"""Who wants to know of contributions made or ended: topics above register here in `AppConfig.ready()`.

A callback gets all contributions of a chunk at once, inside the transaction that makes or ends them; what it raises
undoes that. It must be safe to repeat.
"""

from collections.abc import Callable, Sequence

from collection.contributions.models import Contribution
from core.accounts.models import User
from subsidies.campaigns.models import Campaign

Callback = Callable[[Campaign, Sequence[Contribution], User | None, str], None]
_callbacks: list[Callback] = []
_on_ended: list[Callback] = []


def on_booked(callback: Callback) -> None:
    """Call `callback` with every new contribution. Registering twice is registering once."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def report_booked(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Tell everybody who asked."""
    for callback in _callbacks:
        callback(campaign, contributions, actor, batch)


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
