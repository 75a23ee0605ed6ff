"""Refunds in the menu and on the first page."""

from django.db.models import Q
from django.urls import reverse

from collection.refunds.models import Refund
from collection.refunds.transfers import to_transfer
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("退费", "refund_list", 70, admin_list="collection.Refund")]
OPEN = (Refund.State.REQUESTED, Refund.State.FIRST_PASSED)


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Reviews for the two bureaus, papers and payees for the townships, the bank's file for the bureau."""
    mine = Refund.objects.for_user(user).filter(campaign=campaign)
    found: list[Asked] = []
    if user.role == Role.TOWNSHIP:
        lacking = Q(payee_account="") | Q(evidence__isnull=True, self_payment__isnull=True, ends_enrolment=True)
        rows = mine.filter(lacking, state__in=OPEN).distinct()
        found.append(Counted(rows, "{count} 笔退费缺证明材料或收款账号", reverse("refund_list")))
    if user.role not in (Role.TAX, Role.COUNTY):
        return found
    if user.role == Role.COUNTY:
        waiting = to_transfer(campaign)
        found.append(Counted(waiting, "{count} 笔退费已复核，待交银行付款", reverse("refund_transfer_list")))
    state = Refund.State.REQUESTED if user.role == Role.TAX else Refund.State.FIRST_PASSED
    step = "初审" if user.role == Role.TAX else "复核"
    url = f"{reverse('refund_list')}?state={state}"
    return [*found, Counted(mine.filter(state=state), f"{{count}} 笔退费待{step}", url)]
