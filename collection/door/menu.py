"""Cases from doors and registered phones in the menu, and what waits for whom on the first page."""

from django.urls import reverse

from collection.door.models import Handover
from collection.door.selectors import open_cases
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [
    Entry("入户收款待核实", "door_cases", 42),
    Entry("收款手机", "door_phones", 43),
    Entry("协办员交接", "handovers", 44),
]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Cash taken at doors that could not be booked: for the helper and the township."""
    if user.role not in (Role.VILLAGE, Role.TOWNSHIP):
        return []
    found: list[Asked] = []
    for handover in Handover.objects.for_user(user).filter(state=Handover.State.OPEN).select_related("giver", "taker"):
        if user.role == Role.TOWNSHIP or user.pk in (handover.giver_id, handover.taker_id):
            says = f"{handover.giver.name}向{handover.taker.name}的交接待双方确认"
            found.append(Todo(says, reverse("handover", args=[handover.pk])))
    waiting = open_cases(region=user.scope_prefix, campaign=campaign)
    return [*found, Counted(waiting, "入户收款有 {count} 笔没有记上账，请核实处理", reverse("door_cases"), urgent=True)]
