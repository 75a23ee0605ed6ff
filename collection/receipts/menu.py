"""Receipts in the menu."""

from django.urls import reverse

from collection.receipts.carrying import to_call_in
from collection.receipts.models import LostReceiptCase
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("专用收据", "receipt_books", 53)]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Receipts that are reported lost and that somebody shows; books that a new year calls in."""
    if user.role not in (Role.TOWNSHIP, Role.COUNTY):
        return []
    called = to_call_in(campaign, user.scope_prefix)
    found = [Todo(f"{called} 本有空白号的收据待收回", reverse("receipt_books"))] if called else []
    cases = LostReceiptCase.objects.for_user(user).filter(receipt__campaign=campaign, closed_at__isnull=True)
    first = cases.order_by("pk").values_list("village", flat=True).first()
    if first is None:
        return found
    return [*found, Todo(f"{cases.count()} 张挂失的收据有人出示，待核查", reverse("village_lost", args=[first]), True)]
