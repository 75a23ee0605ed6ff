"""The kinds of message to people outside the office: what an office may write in them, and what is asked at the moment
of sending. Apps above register theirs in `AppConfig.ready()`; messages to staff have no kind here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.messages.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with a message that is about to go: nothing, a newer text, or not to send it and why."""

    reason: str = ""
    text: str = ""


@dataclass(frozen=True)
class MessageKind:
    """One kind. `samples`: each placeholder with an invented value, for the preview. `check` is asked per message,
    right before it is handed over: the person may have paid, or died, since it was written."""

    key: str
    label: str
    samples: dict[str, str]
    text: str
    check: Callable[["OutboxMessage"], Verdict]
    order: int = 0
    #: Sent in batches that somebody prepares, and not whenever something happens.
    by_batch: bool = False
    #: Whether a county (its code) has any use for it.
    used_in: Callable[[str], bool] = lambda county: True


_kinds: dict[str, MessageKind] = {}


def register_kind(kind: MessageKind) -> None:
    """Make a kind known. Registering twice is registering once."""
    _kinds[kind.key] = kind


def all_kinds() -> list[MessageKind]:
    """Every kind, in the order of the work."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def find_kind(key: str) -> MessageKind | None:
    """The kind, or None: a message to staff."""
    return _kinds.get(key)
