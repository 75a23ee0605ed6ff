"""Public notices in the menu and on the first page."""

from django.urls import reverse

from collection.notices.models import PublicNotice
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("缴费公示", "notice_list", 71, admin_list="collection.PublicNotice")]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    if user.role not in (Role.TOWNSHIP, Role.VILLAGE):
        return []
    over = PublicNotice.objects.for_user(user).filter(
        campaign=campaign, state=PublicNotice.State.POSTED, ends_on__lt=clock.today()
    )
    return [Counted(over, "{count} 个村的公示已经满期，请核对照片和异议后结束", reverse("notice_list"))]
