"""The messages about a resident, on the resident's page."""

from django.utils import timezone

from collection.messages.models import MessageAbout
from core.access import masks
from core.access.roles import AT_THE_COUNTER
from core.accounts.models import User
from core.messages.models import OutboxMessage
from core.messages.selectors import kind_labels
from residents.people.models import Resident
from residents.people.story import Badge, Section


def messages(resident: Resident, user: User) -> Section | None:
    """What was sent about this person, to whom, and what became of it; only where something was."""
    if user.role not in AT_THE_COUNTER:
        return None
    labels = kind_labels()
    rows = MessageAbout.objects.filter(resident=resident).exclude(message__state=OutboxMessage.State.DRAFT)
    found = [
        (
            f"{timezone.localtime(row.sent_at or row.created_at):%Y-%m-%d %H:%M}",
            labels.get(row.kind, row.kind),
            f"{row.to_name} {masks.mask_phone(row.to_phone)}",
            row.text,
            Badge(row.badge, row.get_state_display()),
            row.error,
        )
        for row in (about.message for about in rows.select_related("message").order_by("-pk")[:100])
    ]
    columns = ("时间", "类别", "收件人", "内容", "状态", "说明")
    return Section("短信", columns, found) if found else None
