"""Ledgers in the menu and on the first page."""

from django.urls import reverse

from collection.ledgers.models import LedgerBatch
from collection.ledgers.selectors import rows_to_mend
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry, Todo
from subsidies.campaigns.models import Campaign

State = LedgerBatch.State
ENTRIES = [Entry("台账", "ledger_list", 40, admin_list="collection.LedgerBatch")]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Ledgers that wait for somebody: to be confirmed, or to be sent again."""
    if user.role not in (Role.VILLAGE, Role.TOWNSHIP):
        return []
    rows = LedgerBatch.objects.for_user(user).filter(campaign=campaign)
    url = f"{reverse('ledger_list')}?state={State.CHECKED}"
    found: list[Asked] = [Counted(rows.filter(state=State.CHECKED), "{count} 份台账已核对，待您确认记账", url)]
    if user.role == Role.VILLAGE and (newest := rows_to_mend(rows)):
        url = reverse("ledger_detail", args=[newest["batch"]])
        found.append(Todo(f"最近一份台账还有 {newest['left']} 行没记上账，改好后整张再传", url, button="去看原因"))
    return found
