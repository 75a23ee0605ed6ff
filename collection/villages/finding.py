"""What the search of every page finds of the collection: households and the papers of its money, by their numbers."""

import re

from django.db.models import Q
from django.urls import reverse

from collection.cash.models import Deposit
from collection.declarations.models import Declaration
from collection.receipts.models import Receipt
from core.accounts.models import User
from core.finding.registry import MOST, FoundGroup, Hit
from residents.people.models import Household
from subsidies.campaigns.selectors import selection_of

_HOUSEHOLD = re.compile(r"(\d{1,30})户?")
_DECLARATIONS = "申报确认单号、汇款回单号、税票号"
_PAPER = re.compile(r"[0-9A-Za-z-]{3,40}")


def find_households(user: User, text: str) -> FoundGroup:
    """A household by its number in the village."""
    written = _HOUSEHOLD.fullmatch(text)
    if written is None:
        return FoundGroup("户", "户编号")
    rows = Household.objects.for_user(user).filter(number=written[1]).select_related("village__parent")
    found = list(rows.order_by("village_id")[: MOST + 1])
    hits = [
        Hit(
            f"{one.number}户 {one.head_name}",
            f"{one.village.parent.name if one.village.parent else ''}{one.village.name}",
            reverse("household_card", args=[one.village_id, one.pk]),
        )
        for one in found
    ]
    return FoundGroup("户", "户编号", hits[:MOST], len(found) > MOST)


def find_receipts(user: User, text: str) -> FoundGroup:
    """A receipt by its number, of any year."""
    years = [campaign.pk for campaign in selection_of(user).campaigns]
    asked = [text.upper()] if _is_paper(text) else []
    rows = Receipt.objects.for_user(user).filter(campaign__in=years, number__in=asked)
    hits = [
        Hit(one.number, f"{one.village.name}，{one.get_state_display()}", reverse("receipt_detail", args=[one.pk]))
        for one in rows.select_related("village")[:MOST]
    ]
    return FoundGroup("收据", "收据号", hits)


def find_deposits(user: User, text: str) -> FoundGroup:
    """A bank slip by a part of its number."""
    rows = Deposit.objects.for_user(user).filter(slip_no__icontains=text) if _is_paper(text) else Deposit.objects.none()
    found = list(rows.select_related("village").order_by("-pk")[: MOST + 1])
    hits = [
        Hit(
            one.slip_no,
            f"{one.village.name}，{one.paid_on}，{one.amount:,.2f} 元，{one.get_state_display()}",
            reverse("deposit_detail", args=[one.pk]),
        )
        for one in found[:MOST]
    ]
    return FoundGroup("缴存回单", "银行回单号", hits, len(found) > MOST)


def find_declarations(user: User, text: str) -> FoundGroup:
    """A declaration by its township, or by a part of its confirmation, remittance or tax receipt."""
    named = Q(township__name__contains=text)
    if text.isascii() and not _is_paper(text):
        return FoundGroup("申报表", _DECLARATIONS)
    if _is_paper(text):
        numbers = ("confirmation_no", "remittance_no", "ticket_no")
        named = Q()
        for number in numbers:
            named |= Q(**{f"{number}__icontains": text})
    rows = Declaration.objects.for_user(user).filter(named).select_related("township").order_by("-pk")
    found = list(rows[: MOST + 1])
    hits = [
        Hit(
            str(one),
            f"{one.people} 人，{one.amount:,.2f} 元，{one.get_state_display()} {one.confirmation_no}",
            reverse("declaration_detail", args=[one.pk]),
        )
        for one in found[:MOST]
    ]
    return FoundGroup("申报表", _DECLARATIONS, hits, len(found) > MOST)


def _is_paper(text: str) -> bool:
    return bool(_PAPER.fullmatch(text)) and any(character.isdecimal() for character in text)
