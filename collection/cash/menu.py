from django.urls import reverse

from collection.cash.models import Deposit
from collection.duties import services as duties
from collection.duties import wording
from collection.duties.rules import Status
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import ZERO, yuan
from core.pages.frame import Asked, Counted, Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [
    Entry("现金缴存", "cash_board", 50, frozenset({Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE})),
    Entry("缴存回单", "deposit_list", 51, admin_list="collection.Deposit"),
]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """What is late or due today in cash, and slips to be verified."""
    found: list[Asked] = []
    if user.role == Role.VILLAGE and user.region:
        line = duties.of_village(campaign=campaign, village=user.region)
        if line and line.standing.status != Status.CLEAR:
            says, url = wording.headline(line.standing), reverse("deposit_create", args=[user.region_id])
            found.append(Todo(says, url, line.standing.status != Status.RUNNING))
    if user.role in (Role.TOWNSHIP, Role.COUNTY):
        lines = duties.todays_board(campaign=campaign, region=user.scope_prefix)
        late = [line for line in lines if line.standing.late]
        today = [line for line in lines if line.standing.falls_due]
        if late:
            amount = yuan(sum((line.standing.late for line in late), ZERO))
            found.append(Todo(f"{len(late)} 个村现金逾期未缴存，共 {amount}", reverse("cash_board"), True))
        if today:
            amount = yuan(sum((line.standing.falls_due for line in today), ZERO))
            found.append(Todo(f"{len(today)} 个村今天有现金到期，共 {amount}", reverse("cash_board"), True))
    if user.role == Role.TOWNSHIP:
        rows = Deposit.objects.for_user(user).filter(campaign=campaign, state=Deposit.State.PENDING)
        found.append(Counted(rows.exclude(recorded_by=user), "{count} 张缴存回单待核验", reverse("deposit_list")))
    return found
