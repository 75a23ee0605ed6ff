"""The countdown for newborns in the menu and among the to-dos of village and township."""

from django.urls import reverse

from collection.newborns.selectors import countdown
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("新生儿参保", "newborn_list", 25)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Who works on it sees how many children wait and by when."""
    if user.role not in (Role.VILLAGE, Role.TOWNSHIP):
        return []
    if (found := countdown(campaign=campaign, region=user.scope_prefix)) is None:
        return []
    days = f"还剩 {found.left} 天" if found.left else "今天是最后一天"
    says = f"{found.children} 名新生儿还没有参保，最近的到{found.day:%-m月%-d日}为止（{days}）"
    return [Todo(says, reverse("newborn_list"), urgent=found.is_urgent)]
