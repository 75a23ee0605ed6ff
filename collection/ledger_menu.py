"""Ledgers in the menu and on the first page."""

from django.urls import reverse

from collection.models import LedgerBatch
from residents.models import Role
from residents.page import Entry, Todo

State = LedgerBatch.State
ENTRIES = [Entry("台账", "ledger_list", 40)]


def ledger_todos(user, campaign) -> list[Todo]:
    """Ledgers that wait for somebody: to be confirmed, or to be sent again."""
    if user.role not in (Role.VILLAGE, Role.TOWNSHIP):
        return []
    rows = LedgerBatch.objects.for_user(user).filter(campaign=campaign)
    waiting = rows.filter(state=State.CHECKED).count()
    if not waiting:
        return []
    url = reverse("ledger_list")
    return [Todo(f"{waiting} 份台账核对好了，等您确认记账", f"{url}?state={State.CHECKED}")]
