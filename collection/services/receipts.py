"""专用收据: books issued county → township → village by number range; each number used once, or for one household.

A number is a prefix and digits, "NX24896580"; its digits place it in a book. Used, voided and lost numbers are rows;
what lies between them in a book and is none of these was skipped, and stays on the worklist until it is explained.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Length
from django.utils import timezone

from collection.models import Contribution, Receipt, ReceiptBook
from collection.services import contributions, money
from collection.yuan_sum import YuanSum
from config import clock
from residents import audit
from residents.models import Region
from subsidies.models import Campaign

ZERO = Decimal("0.00")
CHUNK = 2000
LARGEST_BOOK = 10_000_000
MOST_LINES = 2000
_NUMBER = re.compile(r"(\D{0,12})(\d{1,18})", re.ASCII)
_HANDS_TO = {Region.Level.COUNTY: Region.Level.TOWNSHIP, Region.Level.TOWNSHIP: Region.Level.VILLAGE}
State = Receipt.State


class ReceiptRefused(ValueError):
    """It cannot be done; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Number:
    """A receipt number taken apart; `text` is its one written form."""

    prefix: str
    serial: int
    width: int

    @property
    def text(self) -> str:
        return f"{self.prefix}{self.serial:0{self.width}d}"


@dataclass(frozen=True, slots=True)
class Use:
    """A receipt made out: to which household ("" where the ledger names none), over how many yuan, on which day."""

    number: str
    household: str
    amount: Decimal
    used_on: date


def written(number: str) -> str:
    """The one written form of a number: half-width, capitals, no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(number))).upper()


def take_apart(number: str) -> Number | None:
    """None if it does not end in digits (so that it can belong to no book)."""
    found = _NUMBER.fullmatch(written(number))
    return Number(found[1], int(found[2]), len(found[2])) if found else None


def _refuse_closed(campaign) -> None:
    if campaign.closed_meanwhile():
        raise ReceiptRefused(f"{campaign}已办结，收据不能再登记或作废。")


def _range(first: str, last: str) -> tuple[Number, Number]:
    low, high = take_apart(first), take_apart(last)
    if low is None or high is None:
        raise ReceiptRefused("号码应是字头加数字，例如 NX00000001。")
    if (low.prefix, low.width) != (high.prefix, high.width):
        raise ReceiptRefused("起号和止号的字头、位数要一致。")
    if high.serial < low.serial:
        raise ReceiptRefused("止号不能小于起号。")
    if high.serial - low.serial >= LARGEST_BOOK:
        raise ReceiptRefused(f"一次最多登记 {LARGEST_BOOK:,} 个号，请核对起止号。")
    return low, high


@transaction.atomic
def register_book(*, campaign: Campaign, first: str, last: str, actor) -> ReceiptBook:
    """Numbers printed for the county (县税务局统一印制): the root of everything issued. Safe to repeat."""
    low, high = _range(first, last)
    Campaign.objects.select_for_update(no_key=True, of=("self",)).get(pk=campaign.pk)
    roots = ReceiptBook.objects.filter(campaign=campaign, parent__isnull=True, prefix=low.prefix, width=low.width)
    for other in roots.select_related("holder"):
        if _overlap(other, low, high):
            if (other.first, other.last) == (low.serial, high.serial):
                return other
            raise ReceiptRefused(_overlapping(other, low, high))
    return _add_book(campaign, campaign.county, None, low, high, actor)


def issue_book(*, campaign: Campaign, holder: Region, first: str, last: str, actor) -> ReceiptBook:
    """Hands a range of numbers on, from a county to a township or from a township to a village. Safe to repeat.

    The range must lie in one book of the region above and not yet have been handed to anyone.
    """
    return issue_books(campaign=campaign, lines=[Line(holder, first, last)], actor=actor)[0]


@dataclass(frozen=True, slots=True)
class Line:
    """A range of numbers for somebody."""

    holder: Region
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would come of a line: `why` it is refused ("" if it is not), or the book it is already (`known`)."""

    line: Line
    low: Number | None = None
    high: Number | None = None
    parent: ReceiptBook | None = None
    known: ReceiptBook | None = None
    why: str = ""

    @property
    def count(self) -> int:
        return self.high.serial - self.low.serial + 1 if self.high else 0


@transaction.atomic
def issue_books(*, campaign: Campaign, lines: Iterable[Line], actor) -> list[ReceiptBook]:
    """Hands on many ranges at once, all or none; safe to repeat. Raises ReceiptRefused with the first refusal."""
    verdicts = examine_lines(campaign=campaign, lines=lines, lock=True)
    if refused := [verdict for verdict in verdicts if verdict.why]:
        more = f"（共 {len(refused)} 处不能发放）" if len(refused) > 1 else ""
        raise ReceiptRefused(f"{refused[0].why}{more}")
    books = []
    for verdict in verdicts:
        book = verdict.known or _add_book(
            campaign, verdict.line.holder, verdict.parent, verdict.low, verdict.high, actor
        )
        if not verdict.known and book.holder.level == Region.Level.VILLAGE:
            _take_in(book)
        books.append(book)
    return books


def same_for_all(*, first: str, books: int, numbers: int, holders: Iterable[Region]) -> list[Line]:
    """So many books of so many numbers for each, one after the other from `first` on, in the order given."""
    start = take_apart(first)
    if start is None:
        raise ReceiptRefused("号码应是字头加数字，例如 NX00000001。")
    holders = list(holders)
    if len(holders) * books > MOST_LINES:
        raise ReceiptRefused(f"一次最多发放 {MOST_LINES} 本，请分几次办理。")
    lines, serial = [], start.serial
    for holder in holders:
        for _ in range(books):
            low, high = replace(start, serial=serial), replace(start, serial=serial + numbers - 1)
            lines.append(Line(holder, low.text, high.text))
            serial += numbers
    return lines


def examine_lines(*, campaign: Campaign, lines: Iterable[Line], lock: bool = False) -> list[Verdict]:
    """What `issue_books` would do with each line, those before it counted as done; writes nothing."""
    lines = list(lines)
    if len(lines) > MOST_LINES:
        raise ReceiptRefused(f"一次最多发放 {MOST_LINES} 本，请分几次办理。")
    parents = ReceiptBook.objects.filter(campaign=campaign, holder__in={line.holder.parent_id for line in lines})
    if lock:
        parents = parents.select_for_update(of=("self",))
    parents = list(parents.select_related("holder").order_by("pk"))
    taken = list(ReceiptBook.objects.filter(parent__in=parents).select_related("holder").order_by("pk"))
    verdicts = []
    for line in lines:
        try:
            verdict = _examine(line, parents, taken)
        except ReceiptRefused as refused:
            verdict = Verdict(line, why=str(refused))
        if verdict.parent and not verdict.known:
            taken.append(_book(campaign, line.holder, verdict.parent, verdict.low, verdict.high))
        verdicts.append(verdict)
    return verdicts


def _examine(line, parents, taken) -> Verdict:
    low, high = _range(line.first, line.last)
    parent = next(
        (book for book in parents if book.holder_id == line.holder.parent_id and _holds(book, low, high)), None
    )
    if parent is None:
        above = line.holder.parent.name if line.holder.parent else "上级"
        raise ReceiptRefused(f"{above}没有领用包含 {low.text}—{high.text} 的收据本，请先核对起止号。")
    if _HANDS_TO.get(parent.holder.level) != line.holder.level:
        raise ReceiptRefused("收据本按县、乡镇、村逐级发放。")
    for other in taken:
        if other.parent_id == parent.pk and _overlap(other, low, high):
            same = (other.first, other.last, other.holder_id) == (low.serial, high.serial, line.holder.pk)
            if same and other.pk and not other.returned:
                return Verdict(line, low, high, parent, known=other)
            raise ReceiptRefused(_overlapping(other, low, high))
    return Verdict(line, low, high, parent)


def _holds(book, low, high) -> bool:
    return (book.prefix, book.width) == (low.prefix, low.width) and book.first <= low.serial and high.serial <= book.end


def _overlap(book, low, high) -> bool:
    """Whether a number of the range is in the book and was not handed back."""
    return (
        (book.prefix, book.width) == (low.prefix, low.width) and book.first <= high.serial and low.serial <= book.end
    )


def _overlapping(other, low, high) -> str:
    held = other.written(other.first, other.end)
    return f"{held} 已发给{other.holder.name}，与 {low.text}—{high.text} 重叠，请换一段号码。"


def _take_in(book) -> None:
    """Receipts that the village made out before its book was registered now belong to the book."""
    loose = Receipt.objects.filter(
        campaign=book.campaign, village=book.holder, book__isnull=True, serial__range=(book.first, book.last)
    )
    length = len(book.prefix) + book.width
    loose.alias(length=Length("number")).filter(length=length, number__startswith=book.prefix).update(book=book)


def _book(campaign, holder, parent, low, high) -> ReceiptBook:
    return ReceiptBook(
        campaign=campaign, prefix=low.prefix, first=low.serial, last=high.serial, width=low.width,
        holder=holder, parent=parent,
    )


def _add_book(campaign, holder, parent, low, high, actor):
    book = _book(campaign, holder, parent, low, high)
    book.issued_by, book.issued_at = actor, clock.now()
    book.save(force_insert=True)
    audit.record(
        "receipt_book.issue", actor=actor, obj=book, summary=f"发放收据 {book} 给{holder.name}",
        after={"first": low.text, "last": high.text, "holder": holder.pk},
    )
    return book


@transaction.atomic
def return_book(*, book: ReceiptBook, first: str, actor) -> ReceiptBook:
    """Takes back the unused end of a book, from the number `first` on; the giver may hand it on again.

    Called for who gave the book and has the paper in hand again. Safe to repeat. Raises ReceiptRefused where a number
    from there on is spent or has been handed on.
    """
    if book.holder.level == Region.Level.VILLAGE:
        money.lock_accounts(campaign=book.campaign, villages=[book.holder_id])
    books = ReceiptBook.objects.select_for_update(of=("self",)).select_related("campaign", "holder", "parent__holder")
    book = books.get(pk=book.pk)
    low = take_apart(first)
    if book.parent is None:
        raise ReceiptRefused("县里登记的是印制的总数，没有上级可交。")
    if low is None or (low.prefix, low.width) != (book.prefix, book.width) or not book.first <= low.serial <= book.last:
        raise ReceiptRefused(f"{written(first)} 不在这本收据 {book} 里，请核对号码。")
    if low.serial == book.returned_from:
        return book
    if low.serial > book.end:
        raise ReceiptRefused(f"{low.text} 已经交回（{book.returned_text}）。")
    _refuse_spent(book, low)
    before, book.returned_from = book.end, low.serial
    book.returned_by, book.returned_at = actor, clock.now()
    book.save(update_fields=["returned_from", "returned_by", "returned_at"])
    back = book.written(low.serial, before)
    audit.record(
        "receipt_book.return", actor=actor, obj=book,
        summary=f"{book.holder.name}交回收据 {back}，{book.parent.holder.name}收回",
        before={"last": book.written(before)}, after={"returned_from": low.text, "holder": book.parent.holder_id},
    )
    return book


def _refuse_spent(book, low) -> None:
    highest = highest_spent(book)
    if highest is not None and highest >= low.serial:
        after = f"只能从 {book.written(highest + 1)} 起交回" if highest < book.end else "没有可交回的号码"
        raise ReceiptRefused(f"{book.written(highest)} 已经开出、作废或遗失，{after}。")
    for part in book.parts.select_related("holder").order_by("first"):
        if part.first <= part.end and part.end >= low.serial:
            raise ReceiptRefused(f"{part.written(part.first, part.end)} 还在{part.holder.name}，请先从那里收回。")


def highest_spent(book: ReceiptBook) -> int | None:
    """The highest number of the book that is used, voided or lost."""
    return Receipt.objects.filter(book=book).exclude(state=State.RELEASED).aggregate(highest=Max("serial"))["highest"]


def village_books(*, campaign: Campaign, village: str) -> list[ReceiptBook]:
    return list(ReceiptBook.objects.filter(campaign=campaign, holder_id=village))


def book_of(number: str, books: Iterable[ReceiptBook]) -> ReceiptBook | None:
    """The book among these that the number belongs to."""
    found = take_apart(number)
    return found and next(
        (
            book
            for book in books
            if _holds(book, found, found)
        ),
        None,
    )


def _handed_back(number: str, books: Iterable[ReceiptBook]) -> ReceiptBook | None:
    """The book among these from which the number was handed back."""
    found = take_apart(number)
    return found and next(
        (
            book
            for book in books
            if (book.prefix, book.width) == (found.prefix, found.width) and book.end < found.serial <= book.last
        ),
        None,
    )


def known_receipts(*, campaign: Campaign, numbers: Iterable[str], lock: bool = False) -> dict[str, Receipt]:
    """The receipts that exist already among these numbers, in any village, by their written form."""
    numbers, found = sorted({written(number) for number in numbers}), {}
    rows = Receipt.objects.filter(campaign=campaign).select_related("village").order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    for start in range(0, len(numbers), CHUNK):
        chunk = rows.filter(number__in=numbers[start : start + CHUNK])
        found.update((receipt.number, receipt) for receipt in chunk)
    return found


def refusal(use: Use, *, village: str, known: Receipt | None) -> str | None:
    """Why this number cannot be used so, given what is known of it; None if it can.

    A household's receipt takes further members; nothing else makes a number good for a second use.
    """
    if known is None or known.state == State.RELEASED:
        return None
    if known.state != State.USED:
        return f"收据 {known.number} {known.get_state_display()}（{known.void_reason}），不能再用。"
    if known.village_id != village:
        return f"收据 {known.number} 已由{known.village.name}使用，请核对号码。"
    if not use.household or known.household != use.household:
        whom = f"户 {known.household}" if known.household else "另一人"
        return f"收据 {known.number} 已在 {known.used_on} 开给{whom}，一张收据只能开给一户一次。"
    return None


@transaction.atomic
def use_receipts(*, campaign: Campaign, village: str, uses: Iterable[Use], actor) -> dict[str, Receipt]:
    """Makes the receipts used and returns them by written number; all or none. Set-based.

    Several uses of one number must name one household; they add up, and the first day stands. Call it in the
    transaction that records the contributions, with those uses only that are not recorded yet. A number outside the
    village's books is taken, without a book: it shows on the worklist (and `receipt_not_issued` is the ledger's to
    refuse).
    """
    uses = [Use(written(u.number), u.household.strip(), u.amount, u.used_on) for u in uses]
    if not uses:
        return {}
    money.lock_accounts(campaign=campaign, villages=[village])
    _refuse_closed(campaign)
    known = known_receipts(campaign=campaign, numbers=[use.number for use in uses], lock=True)
    books, fresh, grown = village_books(campaign=campaign, village=village), {}, {}
    for use in uses:
        if why := refusal(use, village=village, known=fresh.get(use.number) or known.get(use.number)):
            raise ReceiptRefused(why)
        number, book = take_apart(use.number), book_of(use.number, books)
        if book is None and (back := _handed_back(use.number, books)):
            day = timezone.localtime(back.returned_at)
            raise ReceiptRefused(f"收据 {use.number} 已在 {day:%Y-%m-%d} 交回，本村不能再用，请核对号码。")
        if receipt := fresh.get(use.number) or known.get(use.number):
            if receipt.state == State.RELEASED:
                receipt.state, receipt.amount, receipt.used_on = State.USED, ZERO, use.used_on
                receipt.village_id, receipt.household, receipt.book = village, use.household, book
            receipt.amount += use.amount
            if use.number in known:
                grown[use.number] = receipt
            continue
        fresh[use.number] = Receipt(
            campaign=campaign, number=use.number, serial=number.serial if number else None, village_id=village,
            book=book, household=use.household, amount=use.amount, used_on=use.used_on,
        )
    try:
        with transaction.atomic():
            Receipt.objects.bulk_create(fresh.values(), batch_size=CHUNK)
    except IntegrityError:
        raise ReceiptRefused("有收据号刚刚被另一个村登记，请重新核对台账里的收据号。") from None
    changed = ["amount", "state", "used_on", "village", "household", "book"]
    Receipt.objects.bulk_update(grown.values(), changed, batch_size=500)
    audit.record(
        "receipt.use", actor=actor, object_type="receipt", region=village,
        summary=f"使用收据 {len(fresh)} 张，追加 {len(grown)} 张，共 {sum((u.amount for u in uses), ZERO)} 元",
        after={"first": uses[0].number, "last": uses[-1].number, "count": len(fresh)},
    )
    return grown | fresh


@transaction.atomic
def release_receipts(*, campaign: Campaign, contributions: Iterable[Contribution], actor) -> int:
    """Takes reversed contributions off their receipts, because the ledger that named them was a wrong file.

    A receipt left without any is free again: the paper was made out, but not as that file said. Call it after the
    reversal, in its transaction; returns how many numbers became free.
    """
    gone = defaultdict(lambda: ZERO)
    for contribution in contributions:
        if contribution.receipt_id:
            gone[contribution.receipt_id] += contribution.amount
    held, receipts, ids = set(), [], sorted(gone)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        receipts += Receipt.objects.select_for_update().filter(campaign=campaign, pk__in=chunk, state=State.USED)
        live = Contribution.objects.filter(receipt_id__in=chunk, ended_at__isnull=True)
        held.update(live.values_list("receipt_id", flat=True))
    for receipt in receipts:
        receipt.amount = max(receipt.amount - gone[receipt.pk], ZERO)
        if receipt.pk not in held:
            receipt.state, receipt.amount = State.RELEASED, ZERO
    Receipt.objects.bulk_update(receipts, ["amount", "state"], batch_size=500)
    free = [receipt.number for receipt in receipts if receipt.state == State.RELEASED]
    if receipts:
        audit.record(
            "receipt.release", actor=actor, object_type="receipt", region=receipts[0].village_id,
            summary=f"台账撤回，{len(free)} 张收据的登记随之撤回", after={"count": len(free), "changed": len(receipts)},
        )
    return len(free)


@transaction.atomic
def void_receipt(*, receipt: Receipt, reason: str, actor) -> Receipt:
    """Voids a used receipt: its contributions are reversed and its cash leaves as if it had never been taken.

    Refused once one of them is declared (ContributionRefused). Voiding twice changes nothing.
    """
    if not reason.strip():
        raise ReceiptRefused("作废收据必须写明原因。")
    campaign = receipt.campaign
    money.lock_accounts(campaign=campaign, villages=[receipt.village_id])
    receipt = Receipt.objects.select_for_update().get(pk=receipt.pk)
    if receipt.state != State.USED:
        return receipt
    _refuse_closed(campaign)
    live = Contribution.objects.filter(receipt=receipt, ended_at__isnull=True)
    contributions.reverse_contributions(
        campaign=campaign, contributions=live, reason=f"收据 {receipt.number} 作废：{reason}", actor=actor
    )
    receipt.state, receipt.void_reason = State.VOIDED, reason[:120]
    receipt.voided_by, receipt.voided_at = actor, clock.now()
    receipt.save(update_fields=["state", "void_reason", "voided_by", "voided_at"])
    audit.record(
        "receipt.void", actor=actor, obj=receipt, summary=f"作废收据 {receipt.number}（{receipt.amount} 元）：{reason}",
        before={"state": State.USED.value}, after={"state": State.VOIDED.value},
    )
    return receipt


@transaction.atomic
def explain_number(*, campaign: Campaign, village: str, number: str, state: str, reason: str, actor) -> Receipt:
    """Says what became of a number that was never made out: spoilt (VOIDED) or LOST. Safe to repeat."""
    if state not in (State.VOIDED, State.LOST):
        raise ReceiptRefused("空白收据只能登记为作废或遗失。")
    if not reason.strip():
        raise ReceiptRefused("请写明作废或遗失的原因。")
    number = written(number)
    money.lock_accounts(campaign=campaign, villages=[village])
    _refuse_closed(campaign)
    book = book_of(number, village_books(campaign=campaign, village=village))
    if book is None:
        raise ReceiptRefused(f"{number} 不在本村领用的收据本里，请核对号码。")
    known = known_receipts(campaign=campaign, numbers=[number], lock=True).get(number)
    if known and known.state == State.USED:
        raise ReceiptRefused(f"{number} 已开出 {known.amount} 元；如要作废，请在收据页办理，缴费会一并冲销。")
    if known and known.state != State.RELEASED:
        return known
    receipt = known or Receipt(campaign=campaign, number=number, serial=take_apart(number).serial)
    receipt.village_id, receipt.book, receipt.household, receipt.amount = village, book, "", ZERO
    receipt.state, receipt.void_reason, receipt.used_on = state, reason[:120], clock.today()
    receipt.voided_by, receipt.voided_at = actor, clock.now()
    receipt.save()
    audit.record(
        "receipt.explain", actor=actor, obj=receipt,
        summary=f"登记空白收据 {number} {receipt.get_state_display()}：{reason}", after={"state": state},
    )
    return receipt


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
    sums = {
        row["book"]: row
        for row in Receipt.objects.filter(campaign=campaign, book__isnull=False)
        .exclude(state=State.RELEASED)
        .in_region(region)
        .order_by()
        .values("book")
        .annotate(highest=Max("serial"), amount=YuanSum("amount", filter=Q(state=State.USED), default=ZERO), **by_state)
    }
    books = books.select_related("holder__parent", "returned_by").order_by("holder_id", "prefix", "first")
    return [
        BookTotals(
            book,
            *(sums.get(book.pk, {}).get(state, 0) for state in (State.USED, State.VOIDED, State.LOST)),
            amount=sums.get(book.pk, {}).get("amount", ZERO),
            highest=sums.get(book.pk, {}).get("highest"),
        )
        for book in books
    ]


def skipped_numbers(*, book: ReceiptBook, at_most: int = 200) -> list[str]:
    """Numbers of the book below its highest spent one that are neither used nor voided nor lost, lowest first."""
    found, expected = [], book.first
    spent = Receipt.objects.filter(book=book).exclude(state=State.RELEASED)
    for serial in spent.order_by("serial").values_list("serial", flat=True).iterator(chunk_size=CHUNK):
        while expected < serial and len(found) < at_most:
            found.append(Number(book.prefix, expected, book.width).text)
            expected += 1
        expected = serial + 1
        if len(found) >= at_most:
            break
    return found


def without_book(*, campaign: Campaign, region: str):
    """Used receipts whose number is in no book of their village."""
    rows = Receipt.objects.filter(campaign=campaign, book__isnull=True, state=State.USED).in_region(region)
    return rows.select_related("village").order_by("village_id", "number")
