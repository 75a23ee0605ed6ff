"""The village's page in the menu, and on a helper's first page."""

from collection.villages.selectors import village_context
from core.pages.frame import Entry, Panel

ENTRIES = [Entry("本村", "own_village", 15), Entry("村划转", "village_move", 96)]


def panel(user, campaign) -> Panel:
    """A helper's first page shows the village: task, paid, unpaid, cash in hand, what to bank by when."""
    return Panel("collection/villages/home_village.html", village_context(campaign, user.region))
