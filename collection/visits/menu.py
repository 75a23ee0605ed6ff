"""The ledger of people not insured in the menu, and what it asks of each role today."""

from django.urls import reverse

from collection.visits.models import Exclusion, ToldPayment
from collection.visits.selectors import due_again
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

ENTRIES = [
    Entry("今日走访", "own_today", 16),
    Entry("动员台账", "visit_ledger", 43),
    Entry("自述已缴", "told_list", 44),
    Entry("核减审核", "exclusion_list", 45, roles=frozenset({Role.TOWNSHIP, Role.COUNTY})),
    Entry("未参保原因", "cause_list", 46, admin_list="collection.Cause"),
]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Whom to see again, which payments did not come, whose evidence waits."""
    found: list[Asked] = []
    today = clock.today()
    if user.role in (Role.VILLAGE, Role.TOWNSHIP) and user.scope_prefix:
        again = due_again(campaign=campaign, region=user.scope_prefix, on=today)
        url = f"{reverse('visit_people')}?standing=due"
        found.append(Counted(again, "{count} 名未参保人员已到再次联系日期", url, True))
        told = ToldPayment.objects.for_user(user).filter(campaign=campaign, state=ToldPayment.State.WAITING)
        late = told.filter(due_on__lt=today, resident__status=Resident.Status.ACTIVE)
        found.append(Counted(late, "{count} 人自述已缴，税务清单逾期未到，请核实", reverse("told_list"), True))
    if user.role == Role.TOWNSHIP:
        waiting = Exclusion.objects.for_user(user).filter(campaign=campaign, state=Exclusion.State.PENDING)
        mine = waiting.exclude(requested_by=user)
        found.append(Counted(mine, "{count} 份核减申请待审核", reverse("exclusion_list")))
    return found
