"""Refunds in the menu and on the first page."""

from django.urls import reverse

from collection.refunds.models import Refund
from core.access.roles import Role
from core.pages.frame import Entry, Todo

ENTRIES = [Entry("退费", "refund_list", 70)]


def todos(user, campaign) -> list[Todo]:
    if user.role not in (Role.TAX, Role.COUNTY):
        return []
    state = Refund.State.REQUESTED if user.role == Role.TAX else Refund.State.FIRST_PASSED
    if count := Refund.objects.for_user(user).filter(campaign=campaign, state=state).count():
        step = "初审" if user.role == Role.TAX else "复核"
        return [Todo(f"{count} 笔退费等{step}", f"{reverse('refund_list')}?state={state}")]
    return []
