"""学校 in the menu, and what a school still holds or has to give back."""

from django.db.models import Count, Min
from django.urls import reverse

from collection.schools.models import Pupil
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("学校参保", "school_list", 64), Entry("班级名单", "class_list_upload", 65)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Money that schools hold too long, and money that goes back to families."""
    if user.role not in (Role.SCHOOL, Role.EDUCATION):
        return []
    mine, found = Pupil.objects.for_user(user).filter(campaign=campaign), []
    if back := mine.filter(state=Pupil.State.GIVE_BACK).count():
        found.append(Todo(f"{back} 名学生的费用要退还家长", reverse("school_list"), urgent=True))
    held = mine.filter(state=Pupil.State.COLLECTED).aggregate(count=Count("pk"), since=Min("collected_on"))
    if held["count"]:
        limit = campaign.policy.deposit_limit
        late = limit is not None and (clock.today() - held["since"]).days >= limit.days
        says = f"学校已收未缴税务 {held['count']} 人，最早一笔收于 {held['since']}"
        found.append(Todo(says, reverse("school_list"), urgent=late))
    return found
