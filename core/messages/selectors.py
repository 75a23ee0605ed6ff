"""What an office asks about its messages: the log, and what a month cost."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from core.accounts.models import User
from core.amounts import ZERO
from core.audit.labels import NOTICES
from core.messages.kinds import all_kinds
from core.messages.models import OutboxMessage


def kind_labels() -> dict[str, str]:
    """Every kind of message by its name: those to people and those to staff."""
    return {kind.key: kind.label for kind in all_kinds()} | NOTICES


def messages_to_people(user: User) -> QuerySet[OutboxMessage]:
    """The messages to people of the user's region, the newest first; drafts stand with their batch."""
    rows = OutboxMessage.objects.for_user(user).filter(kind__in=[kind.key for kind in all_kinds()])
    return rows.exclude(state=OutboxMessage.State.DRAFT).order_by("-pk")


@dataclass(frozen=True)
class Spent:
    """What one kind of message cost in a span of time. `unpriced` went while no price was set."""

    label: str
    messages: int
    parts: int
    cost: Decimal
    unpriced: int


def spent_since(user: User, since: datetime) -> list[Spent]:
    """What was sent to people since an instant, by kind; one statement."""
    rows = (
        OutboxMessage.objects.for_user(user)
        .filter(kind__in=[kind.key for kind in all_kinds()], state=OutboxMessage.State.SENT, sent_at__gte=since)
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"), n_parts=Sum("parts"), sum=Sum("cost"), priced=Count("cost"))
    )
    found = {row["kind"]: row for row in rows}
    return [
        Spent(kind.label, row["n"], row["n_parts"], row["sum"] or ZERO, row["n"] - row["priced"])
        for kind in all_kinds()
        if (row := found.get(kind.key))
    ]
