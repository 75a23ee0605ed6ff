"""回访抽查 in the menu, and the differences that wait."""

from django.urls import reverse

from collection.spot_checks.models import SpotCheckCase
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from subsidies.campaigns.models import Campaign

State = SpotCheckCase.State
ENTRIES = [Entry("回访抽查", "spot_check_list", 47)]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Differences to be looked into, and those that another person has looked into."""
    if user.role not in (Role.TOWNSHIP, Role.COUNTY):
        return []
    cases = SpotCheckCase.objects.for_user(user).filter(person__check_of__campaign=campaign)
    url = reverse("spot_case_list")
    explained = cases.filter(state=State.EXPLAINED).exclude(explained_by=user)
    found: list[Asked] = [Counted(explained, "{count} 条回访差异待您复核办结", url)]
    if user.role == Role.TOWNSHIP:
        found.append(Counted(cases.filter(state=State.OPEN), "{count} 条回访差异待核查", url, True))
    return found
