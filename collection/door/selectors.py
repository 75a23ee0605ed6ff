"""What pages and phones ask about doors: receipt numbers to offer, cash in hand, phones, what waits for somebody."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery

from collection.cash.selectors import clock_context
from collection.door.models import Phone
from collection.ledgers.models import LedgerRow
from collection.money.models import VillageAccount
from collection.receipts.models import Receipt, ReceiptBook
from core.accounts.models import User
from core.amounts import ZERO
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class BlankNumbers(NamedTuple):
    """Numbers of one book that are still blank, from the first one that was never spent."""

    prefix: str
    width: int
    first: int
    last: int


_SPENT = Receipt.objects.filter(book=OuterRef("pk"), serial__isnull=False).spent()
# Put together once: it is asked after every booking at a door.
_WITH_HIGHEST = ReceiptBook.objects.annotate(highest=Subquery(_SPENT.order_by("-serial").values("serial")[:1]))


def blank_numbers(*, campaign: Campaign, village: str) -> list[BlankNumbers]:
    """The unused ends of the village's books, the one begun first. One statement."""
    books = _WITH_HIGHEST.filter(campaign=campaign, holder=village)
    return [
        BlankNumbers(book.prefix, book.width, first, book.end)
        for book in sorted(books, key=lambda book: (book.highest is None, book.prefix, book.first))
        if (first := book.first if book.highest is None else book.highest + 1) <= book.end
    ]


def cash_in_hand(*, campaign: Campaign, village: Region) -> dict[str, Any]:
    """What the page says after a payment: what is in hand, and by when it must be banked where the county sets that."""
    clock = clock_context(campaign, village)
    if line := clock["line"]:
        return {
            "amount": str(line.standing.in_hand),
            "headline": clock["says"].headline,
            "tomorrow": clock["says"].tomorrow,
            "kind": clock["says"].kind,
        }
    account = VillageAccount.objects.filter(campaign=campaign, village=village).first()
    amount = account.in_hand if account else ZERO
    says = f"手中现金 {amount:,.2f} 元，本{campaign.county_word}没有规定缴存期限，请按乡镇要求及时缴存。"
    return {"amount": str(amount), "headline": says, "tomorrow": "", "kind": "wait"}


def open_cases(*, region: str, campaign: Campaign) -> QuerySet[LedgerRow]:
    """Cash taken at doors of the region that could not be booked and waits for somebody, oldest first."""
    rows = LedgerRow.objects.in_region(region).filter(
        entry__isnull=False, batch__campaign=campaign, state__in=(LedgerRow.State.BAD, LedgerRow.State.GOOD)
    )
    rows = rows.select_related("batch__village__parent", "entry__taken_by", "entry__phone")
    return rows.order_by("entry__taken_on", "pk")


def phones_of(*, user: User) -> QuerySet[Phone]:
    """The phones registered in the user's region, those in use first."""
    rows = Phone.objects.for_user(user).select_related("user", "village__parent", "cut_off_by")
    return rows.order_by(F("cut_off_at").asc(nulls_first=True), "village_id", "-seen_at", "-pk")


def last_contact(*, user: User) -> datetime | None:
    """When a phone in use of this helper was last in touch."""
    seen = (
        Phone.objects.filter(user=user, cut_off_at__isnull=True).order_by("-seen_at").values_list("seen_at", flat=True)
    )
    return seen.first()
