from django.urls import reverse

from collection.cash.models import Deposit
from collection.declarations import menu as declaration_menu
from collection.duties import services as duties
from collection.duties import wording
from collection.duties.rules import Status
from collection.entitlements import menu as special_menu
from collection.ledgers import menu as ledger_menu
from collection.villages.views import village_context
from core.access.roles import Role
from core.pages.frame import Entry, Panel, Todo
from subsidies.campaigns.selectors import current

ENTRIES = [
    Entry("本村", "own_village", 15),
    *ledger_menu.ENTRIES,
    Entry("现金缴存", "cash_board", 50),
    Entry("缴存回单", "deposit_list", 51),
    Entry("资金去向", "money_places", 52),
    Entry("专用收据", "receipt_books", 53),
    Entry("村划转", "village_move", 96),
    *special_menu.ENTRIES,
    *declaration_menu.ENTRIES,
]


def todos(user) -> list[Todo]:
    campaign = current(user)
    if campaign is None or not campaign.is_open:
        return []
    asked = (ledger_menu.ledger_todos, cash_todos, special_menu.special_todos, declaration_menu.declaration_todos)
    return [todo for ask in asked for todo in ask(user, campaign)]


def panel(user) -> Panel | None:
    """A helper's first page shows the village: task, paid, unpaid, cash in hand, what to bank by when; a department's
    what came of the people it recognised. Once the campaign is closed everybody's says so.
    """
    campaign = current(user)
    if campaign is None or user.region is None:
        return None
    if user.role == Role.VILLAGE:
        return Panel("collection/villages/home_village.html", village_context(campaign, user.region))
    if user.role == Role.DEPARTMENT:
        return Panel("collection/entitlements/home_department.html", special_menu.department_context(user, campaign))
    return None if campaign.is_open else Panel("collection/closing/home_closed.html", {"campaign": campaign})


def cash_todos(user, campaign) -> list[Todo]:
    """What is late or due today in cash, and slips to be verified."""
    found = []
    if user.role == Role.VILLAGE:
        line = duties.of_village(campaign=campaign, village=user.region)
        if line and line.standing.status != Status.CLEAR:
            says, url = wording.headline(line.standing), reverse("deposit_create", args=[user.region_id])
            found.append(Todo(says, url, line.standing.status != Status.RUNNING))
    if user.role in (Role.TOWNSHIP, Role.COUNTY):
        lines = duties.board(campaign=campaign, region=user.scope_prefix)
        late = [line for line in lines if line.standing.late]
        today = [line for line in lines if line.standing.falls_due]
        if late:
            amount = wording.yuan(sum(line.standing.late for line in late))
            found.append(Todo(f"{len(late)} 个村现金逾期未缴存，共 {amount}", reverse("cash_board"), True))
        if today:
            amount = wording.yuan(sum(line.standing.falls_due for line in today))
            found.append(Todo(f"{len(today)} 个村今天有现金到期，共 {amount}", reverse("cash_board"), True))
    if user.role == Role.TOWNSHIP:
        rows = Deposit.objects.for_user(user).filter(campaign=campaign, state=Deposit.State.PENDING)
        if waiting := rows.exclude(recorded_by=user).count():
            found.append(Todo(f"{waiting} 张缴存回单等核验", reverse("deposit_list")))
    return found
