"""Messages to people in the menu, and the batches that wait for somebody of the bureau."""

from django.urls import reverse

from collection.messages.models import ReminderBatch
from collection.messages.services import why_not_approve
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("短信通知", "reminder_list", 49)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """What is written and may be let go by this person."""
    if user.role != Role.COUNTY:
        return []
    ready = ReminderBatch.objects.for_user(user).filter(
        campaign=campaign, state=ReminderBatch.State.READY, households__gt=0
    )
    return [
        Todo(f"{batch.region.name}催缴短信 {batch.households} 条待您核准", reverse("reminder_batch", args=[batch.pk]))
        for batch in ready.select_related("region")
        if not why_not_approve(batch, user)
    ]
