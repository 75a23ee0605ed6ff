"""What pages and services ask about receipts: the books of a village, how their numbers were spent, what is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q

from collection.receipts.models import Receipt, ReceiptBook
from collection.receipts.numbers import ReceiptNumber, normalize_number, parse_number
from core.access.scope import ScopedQuerySet
from core.amounts import ZERO
from core.database.bulk import CHUNK
from core.database.money import YuanSum
from core.database.once import once
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

State = Receipt.State


def holds(book: ReceiptBook, low: ReceiptNumber, high: ReceiptNumber) -> bool:
    return (book.prefix, book.width) == (low.prefix, low.width) and book.first <= low.serial and high.serial <= book.end


def highest_spent(book: ReceiptBook) -> int | None:
    """The highest number of the book that is used, voided or lost."""
    spent = Receipt.objects.filter(book=book).spent()
    highest: int | None = spent.aggregate(highest=Max("serial"))["highest"]
    return highest


def village_books(*, campaign: Campaign, village: str) -> list[ReceiptBook]:
    rows = ReceiptBook.objects.filter(campaign=campaign, holder_id=village)
    return once(("books", campaign.pk, village), lambda: list(rows))


def book_of(number: str, books: Iterable[ReceiptBook]) -> ReceiptBook | None:
    """The book among these that the number belongs to."""
    found = parse_number(number)
    return next((book for book in books if holds(book, found, found)), None) if found else None


def handed_back(number: str, books: Iterable[ReceiptBook]) -> ReceiptBook | None:
    """The book among these from which the number was handed back."""
    found = parse_number(number)
    if found is None:
        return None
    alike = (book for book in books if (book.prefix, book.width) == (found.prefix, found.width))
    return next((book for book in alike if book.end < found.serial <= book.last), None)


@dataclass(frozen=True, slots=True)
class BookTotals:
    """One village's book: how its numbers were spent, and the sum of its stubs in yuan."""

    book: ReceiptBook
    used: int
    voided: int
    lost: int
    amount: Decimal
    highest: int | None

    @property
    def spent(self) -> int:
        return self.used + self.voided + self.lost

    @property
    def skipped(self) -> int:
        return 0 if self.highest is None else self.highest - self.book.first + 1 - self.spent

    @property
    def unused(self) -> int:
        """Still blank and in the village's hands."""
        return self.book.end - (self.book.first - 1 if self.highest is None else self.highest)


def book_totals(*, campaign: Campaign, region: str) -> list[BookTotals]:
    """Every village's book in the region, in two statements."""
    books = ReceiptBook.objects.filter(campaign=campaign, holder__level=Region.Level.VILLAGE).in_region(region)
    by_state = {state: Count("pk", filter=Q(state=state)) for state in State}
    sums: dict[int | None, dict[str, Any]] = {
        row["book"]: {**row}
        for row in Receipt.objects.filter(campaign=campaign, book__isnull=False)
        .spent()
        .in_region(region)
        .order_by()
        .values("book")
        .annotate(highest=Max("serial"), amount=YuanSum("amount", filter=Q(state=State.USED), default=ZERO), **by_state)
    }
    books = books.select_related("holder__parent", "returned_by").order_by("holder_id", "prefix", "first")
    return [
        BookTotals(
            book,
            used=counted.get(State.USED, 0),
            voided=counted.get(State.VOIDED, 0),
            lost=counted.get(State.LOST, 0),
            amount=counted.get("amount", ZERO),
            highest=counted.get("highest"),
        )
        for book in books
        for counted in [sums.get(book.pk, {})]
    ]


def skipped_numbers(*, book: ReceiptBook, at_most: int = 200) -> list[str]:
    """Numbers of the book below its highest spent one that are neither used nor voided nor lost, lowest first."""
    found: list[str] = []
    expected = book.first
    spent = Receipt.objects.filter(book=book).spent()
    for serial in spent.order_by("serial").values_list("serial", flat=True).iterator(chunk_size=CHUNK):
        assert serial is not None  # noqa: S101 - a receipt of a book has its place in it
        while expected < serial and len(found) < at_most:
            found.append(ReceiptNumber(book.prefix, expected, book.width).text)
            expected += 1
        expected = serial + 1
        if len(found) >= at_most:
            break
    return found


def without_book(*, campaign: Campaign, region: str) -> ScopedQuerySet:
    """Used receipts whose number is in no book of their village."""
    rows = Receipt.objects.filter(campaign=campaign, book__isnull=True, state=State.USED).in_region(region)
    return rows.select_related("village").order_by("village_id", "number")


def known_receipts(*, campaign: Campaign, numbers: Iterable[str], lock: bool = False) -> dict[str, Receipt]:
    """The receipts that exist already among these numbers, in any village, by their written form."""
    numbers = sorted({normalize_number(number) for number in numbers})
    found: dict[str, Receipt] = {}
    rows = Receipt.objects.filter(campaign=campaign).select_related("village").order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    for start in range(0, len(numbers), CHUNK):
        chunk = rows.filter(number__in=numbers[start : start + CHUNK])
        found.update((receipt.number, receipt) for receipt in chunk)
    return found
