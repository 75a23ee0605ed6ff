"""What the search of every page finds of the collection: households and the papers of its money, by their numbers."""

import re

from django.db.models import Q, QuerySet
from django.urls import reverse

from collection.cash.models import Deposit
from collection.declarations.models import Declaration
from collection.receipts.models import Receipt
from core.accounts.models import User
from core.finding.registry import Hit, Sought
from core.regions.names import called
from residents.people.models import Household
from residents.people.places import places_named
from subsidies.campaigns.selectors import selection_of

_HOUSEHOLD = re.compile(r"(\d{1,30})户?")
_PAPER = re.compile(r"[0-9A-Za-z-]{3,40}")


def find_households(user: User, text: str) -> Sought:
    """A household by its number in the village."""
    rows = None
    if written := _HOUSEHOLD.fullmatch(text):
        rows = Household.objects.for_user(user).filter(number=written[1])
        rows = rows.select_related("village__parent").order_by("village_id")
    return Sought("户", "户编号", rows, _household)


def _household(one: Household) -> Hit:
    place = f"{one.village.parent.name if one.village.parent else ''}{called(one.village.name)}"
    return Hit(f"{one.number}户 {one.head_name}", place, reverse("household_card", args=[one.village_id, one.pk]))


def find_receipts(user: User, text: str) -> Sought:
    """A receipt by its number, of any year."""
    rows = None
    if _is_paper(text):
        years = [campaign.pk for campaign in selection_of(user).campaigns]
        rows = Receipt.objects.for_user(user).filter(campaign__in=years, number=text.upper()).select_related("village")
    return Sought("收据", "收据号", rows, _receipt)


def _receipt(one: Receipt) -> Hit:
    return Hit(
        one.number,
        f"{called(one.village.name)}，{one.get_state_display()}",
        reverse("receipt_detail", args=[one.pk]),
    )


def find_deposits(user: User, text: str) -> Sought:
    """A bank slip by a part of its number."""
    rows = None
    if _is_paper(text):
        rows = Deposit.objects.for_user(user).filter(slip_no__icontains=text).select_related("village").order_by("-pk")
    return Sought("缴存回单", "银行回单号", rows, _deposit)


def _deposit(one: Deposit) -> Hit:
    note = f"{called(one.village.name)}，{one.paid_on}，{one.amount:,.2f} 元，{one.get_state_display()}"
    return Hit(one.slip_no, note, reverse("deposit_detail", args=[one.pk]))


def find_declarations(user: User, text: str) -> Sought:
    """A declaration by its township, or by a part of its confirmation, remittance or tax receipt."""
    return Sought("申报表", "申报确认单号、汇款回单号、税票号", _declarations(user, text), _declaration)


def _declarations(user: User, text: str) -> QuerySet[Declaration] | None:
    if _is_paper(text):
        named = Q(confirmation_no__icontains=text) | Q(remittance_no__icontains=text) | Q(ticket_no__icontains=text)
    elif not text.isascii() and (townships := [p.code for p in places_named(user.scope_prefix, text) if not p.above]):
        named = Q(township__in=townships)
    else:
        return None
    rows: QuerySet[Declaration] = Declaration.objects.for_user(user).filter(named)
    return rows.select_related("township").order_by("-pk")


def _declaration(one: Declaration) -> Hit:
    note = f"{one.people} 人，{one.amount:,.2f} 元，{one.get_state_display()} {one.confirmation_no}"
    return Hit(str(one), note, reverse("declaration_detail", args=[one.pk]))


def _is_paper(text: str) -> bool:
    return bool(_PAPER.fullmatch(text)) and any(character.isdecimal() for character in text)
