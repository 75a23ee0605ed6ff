"""The closing in the menu, what waits for another office, and the panel that says a campaign is closed."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from collection.closing.consents import OFFICES
from collection.closing.models import ClosingConsent
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Panel, Todo
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.pages import todo_of_year

ENTRIES = [Entry("征缴办结", "campaign_close", 95)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """What the other office has asked for and nobody of this one has agreed to; what both have agreed to."""
    return [todo for todo, _ in _asked(user, campaign=campaign)]


def reopening_todos(user: User) -> list[Todo]:
    """The same of years that are closed."""
    return [todo_of_year(todo, year) for todo, year in _asked(user, campaign__closed_at__isnull=False)]


def _asked(user: User, **of: Any) -> Iterator[tuple[Todo, int]]:
    """Each to-do with its year."""
    if user.role not in OFFICES:
        return
    rows = ClosingConsent.objects.for_user(user).filter(used_at=None, **of).select_related("campaign", "asked_by")
    for consent in rows.order_by("pk"):
        label, says = consent.get_kind_display(), ""
        if consent.agreed_at is None and consent.asked_by.role != user.role:
            says = f"{label}待您单位同意"
        elif consent.agreed_at and user.role == Role.COUNTY:
            says = f"{label}：两个部门都已同意，可以办理"
        if says:
            yield Todo(says, reverse("campaign_consents")), consent.campaign.year


def panel(user: User, campaign: Campaign) -> Panel | None:
    return None if campaign.is_open else Panel("collection/closing/home_closed.html", {"campaign": campaign})
