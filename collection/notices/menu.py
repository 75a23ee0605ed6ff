"""Public notices in the menu and on the first page."""

from django.urls import reverse

from collection.notices.models import PublicNotice
from collection.notices.selectors import waiting_for_notice
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("缴费公示", "notice_list", 71, admin_list="collection.PublicNotice")]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Notices to put up when collection is over, also for those who pay after one, and notices to end."""
    if user.role not in (Role.TOWNSHIP, Role.VILLAGE):
        return []
    found: list[Asked] = []
    if campaign.is_open and clock.today() > campaign.policy.period.end:
        waiting = waiting_for_notice(campaign=campaign, region=user.scope_prefix)
        if waiting:
            says = f"{len(waiting)} 个村有 {sum(waiting.values())} 名已缴费人员没有公示，请生成名单张榜"
            found.append(Todo(says, reverse("notice_list")))
    over = PublicNotice.objects.for_user(user).filter(
        campaign=campaign, state=PublicNotice.State.POSTED, ends_on__lt=clock.today()
    )
    return [*found, Counted(over, "{count} 个村的公示已经满期，请核对照片和异议后结束", reverse("notice_list"))]
