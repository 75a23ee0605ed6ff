from django.db.models import Count

from collection.messages.models import ReminderBatch
from core.messages.models import OutboxMessage


def outcomes(batch: ReminderBatch) -> list[tuple[str, str, int]]:
    """(badge, words, how many) of the batch's messages by what became of them; one statement."""
    rows = OutboxMessage.objects.filter(batch=batch.batch).order_by().values_list("state").annotate(n=Count("pk"))
    counted = dict(rows)
    return [
        (OutboxMessage(state=state).badge, state.label, counted[state])
        for state in OutboxMessage.State
        if state in counted
    ]
