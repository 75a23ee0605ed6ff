"""What facts ask of the bureau: the menu line and what is to be decided today."""

from django.urls import reverse

from collection.consequences.selectors import open_counts
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("事实后续", "consequence_list", 71)]
_SAYS = {
    "ask": "人状态变化，通知没有写退不退费，等决定",
    "pay_again": "人退费后事实撤回，须通知重新缴费",
    "review": "人的核算结果变化，待确认",
}


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Decisions of the bureau, one line a kind."""
    if user.role != Role.COUNTY:
        return []
    counts = open_counts(user=user, campaign=campaign)
    address = reverse("consequence_list")
    return [
        Todo(f"{counts[outcome]} {says}", f"{address}?outcome={outcome}")
        for outcome, says in _SAYS.items()
        if outcome in counts
    ]
