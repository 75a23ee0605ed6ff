"""The menu lines and to-dos of people."""

from datetime import timedelta

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from residents.duplicates.services import cases_for
from residents.people.selectors import probes_for
from residents.transfers.models import MoveRequest

ENTRIES = [
    Entry("居民", "resident_list", 20, admin_list="residents.Resident"),
    Entry("参保登记", "resident_add", 21),
    Entry("居民登记册", "register_list", 22),
    Entry("人员状态名单", "status_list", 23),
    Entry("重复档案", "merge_list", 24),
    Entry("跨县迁移", "move_requests", 25),
    Entry("号码试探", "probe_list", 92),
]


#: Days for which a list of strangers' numbers stays among the security officer's to-dos.
PROBE_DAYS = 7


def todos(user: User) -> list[Asked]:
    """Merges that wait for a second person; for the security officer, lists that asked about many strangers."""
    if user.role == Role.SECURITY:
        since = timezone.now() - timedelta(days=PROBE_DAYS)
        probes = probes_for(user).filter(recorded_at__gte=since)
        return [Counted(probes, f"近{PROBE_DAYS}日有 {{count}} 份名单疑似试探号码", reverse("probe_list"))]
    if user.role not in (Role.COUNTY, Role.TOWNSHIP):
        return []
    waiting = cases_for(user).exclude(proposed_by=user)
    return [Counted(waiting, "{count} 对重复档案待您复核", reverse("merge_list")), *_moves(user)]


def _moves(user: User) -> list[Asked]:
    """What other counties ask of this bureau, and whom they have let go."""
    address, State = reverse("move_requests"), MoveRequest.State
    agreed = MoveRequest.objects.for_user(user).filter(state=State.AGREED).exclude(resident__village=F("village"))
    found: list[Asked] = [Counted(agreed, "{count} 人对方已同意迁出，待登记", address)]
    if user.role == Role.COUNTY and user.region_id:
        asked = MoveRequest.objects.filter(from_county=user.region_id, state=State.WAITING)
        found.append(Counted(asked, "{count} 份外地迁移申请待答复", address, urgent=True))
    return found
