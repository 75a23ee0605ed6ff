"""The closing in the menu, and the panel that says a campaign is closed."""

from core.pages.frame import Entry, Panel

ENTRIES = [Entry("征缴办结", "campaign_close", 95)]


def panel(user, campaign) -> Panel | None:
    return None if campaign.is_open else Panel("collection/closing/home_closed.html", {"campaign": campaign})
