"""Who wants to know for whom a gift keeps a part of the fee: topics above register here in `AppConfig.ready()`.

A callback gets all of them at once, inside the transaction, with the people and the village's account locked.
"""

from collections.abc import Callable, Sequence

from core.accounts.models import User
from subsidies.campaigns.models import Campaign

Callback = Callable[[Campaign, Sequence[int], User], None]
_callbacks: list[Callback] = []


def on_kept(callback: Callback) -> None:
    """Call `callback` with the residents for whom money is kept. Registering twice is registering once."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def report_kept(campaign: Campaign, residents: Sequence[int], actor: User) -> None:
    """Tell everybody who asked."""
    for callback in _callbacks:
        callback(campaign, residents, actor)
