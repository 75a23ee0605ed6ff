"""集体资助 in the menu, and promises whose day is past."""

from django.urls import reverse

from collection.gifts.selectors import overdue
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("集体资助", "gift_list", 55)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Donors who have not paid by the day they promised."""
    if user.role != Role.TOWNSHIP:
        return []
    late = overdue(user=user, campaign=campaign)
    if not late:
        return []
    url = reverse("gift", args=[late[0].pk]) if len(late) == 1 else reverse("gift_list")
    return [Todo(f"{len(late)} 笔集体资助过了承诺日还没有到账", url, urgent=True, button="去催办")]
