"""Who wants to know that a campaign was opened, or runs on another version of its policy: apps above register in
`ready()`."""

from collections.abc import Callable

from core.accounts.models import User
from subsidies.campaigns.models import Campaign

Callback = Callable[[Campaign, User | None], None]
_callbacks: list[Callback] = []
_opened: list[Callback] = []


def on_opened(callback: Callback) -> None:
    """Call `callback` inside the transaction that opens a campaign; it must be safe to repeat."""
    if callback not in _opened:
        _opened.append(callback)


def report_opened(campaign: Campaign, actor: User | None) -> None:
    """Tell everybody who asked."""
    for callback in _opened:
        callback(campaign, actor)


def on_adopted(callback: Callback) -> None:
    """Call `callback` inside the transaction that adopts a version. Registering twice is registering once."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def report_adopted(campaign: Campaign, actor: User | None) -> None:
    """Tell everybody who asked."""
    for callback in _callbacks:
        callback(campaign, actor)
