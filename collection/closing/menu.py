"""The closing in the menu, what waits for another office, and the panel that says a campaign is closed."""

from django.urls import reverse

from collection.closing.consents import OFFICES
from collection.closing.models import ClosingConsent
from core.accounts.models import User
from core.pages.frame import Entry, Panel, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("征缴办结", "campaign_close", 95)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """What the other office has asked for and nobody of this one has agreed to."""
    if user.role not in OFFICES:
        return []
    asked = ClosingConsent.objects.for_user(user).filter(campaign=campaign, agreed_at=None, used_at=None)
    return [
        Todo(f"{consent.get_kind_display()}待您单位同意", reverse("campaign_consents"))
        for consent in asked.exclude(asked_by__role=user.role)
    ]


def panel(user: User, campaign: Campaign) -> Panel | None:
    return None if campaign.is_open else Panel("collection/closing/home_closed.html", {"campaign": campaign})
