"""Cases from doors and registered phones in the menu, and what waits for whom on the first page."""

from django.urls import reverse

from collection.door.selectors import open_cases
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("入户收款待核实", "door_cases", 42), Entry("收款手机", "door_phones", 43)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Cash taken at doors that could not be booked: for the helper and the township."""
    if user.role not in (Role.VILLAGE, Role.TOWNSHIP):
        return []
    waiting = open_cases(user=user, campaign=campaign).count()
    if not waiting:
        return []
    return [Todo(f"入户收款有 {waiting} 笔没有记上账，请核实处理", reverse("door_cases"), urgent=True)]
