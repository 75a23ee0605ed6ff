"""回访抽查 in the menu, and the differences that wait."""

from django.urls import reverse

from collection.spot_checks.models import SpotCheckCase
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

State = SpotCheckCase.State
ENTRIES = [Entry("回访抽查", "spot_check_list", 47)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Differences to be looked into, and those that another person has looked into."""
    if user.role not in (Role.TOWNSHIP, Role.COUNTY):
        return []
    cases = SpotCheckCase.objects.for_user(user).filter(person__check_of__campaign=campaign)
    found, url = [], reverse("spot_case_list")
    if user.role == Role.TOWNSHIP and (count := cases.filter(state=State.OPEN).count()):
        found.append(Todo(f"{count} 条回访差异待核查", url, True))
    if count := cases.filter(state=State.EXPLAINED).exclude(explained_by=user).count():
        found.append(Todo(f"{count} 条回访差异等您复核办结", url))
    return found
