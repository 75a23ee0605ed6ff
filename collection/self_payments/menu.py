"""Self-payments in the menu and on the first page."""

from django.urls import reverse

from collection.self_payments.models import SelfPayment
from collection.self_payments.selectors import waiting
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("自主缴费", "self_payment_list", 62, admin_list="collection.SelfPayment")]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    if user.role not in (Role.TAX, Role.COUNTY):
        return []
    rows = waiting(SelfPayment.objects.for_user(user).filter(campaign=campaign))
    return [Counted(rows, "{count} 笔自主缴费待核实", reverse("self_payment_list"))]
