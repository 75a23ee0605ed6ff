"""零星参保 in the menu, and who paid after the period without having been told of the waiting."""

from django.urls import reverse

from collection.advice.selectors import untold
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("零星参保与待遇告知", "advice_list", 26)]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """The township tells those who paid by themselves."""
    if user.role != Role.TOWNSHIP:
        return []
    rows = untold(user=user, campaign=campaign)
    return [Counted(rows, "{count} 人征缴期后缴费、有等待期，还没有告知", reverse("advice_list"))]
