"""收据本: issued county → township → village by number range, handed back from the unused end, and what of a book is
spent, skipped or still blank.

What lies between the spent numbers of a book and is not spent was skipped, and stays on the worklist until it is
explained (collection/receipts/services.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models.functions import Length

from collection.money import services as money
from collection.receipts.models import Receipt, ReceiptBook
from collection.receipts.numbers import ReceiptNumber, normalize_number, parse_number
from collection.receipts.selectors import highest_spent, holds, skipped_numbers
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.names import UNCLEAR, PlaceAnswer, RegionNames
from core.regions.selectors import region_names
from core.regions.services import replaced_region_error
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

LARGEST_BOOK = 10_000_000
MOST_LINES = 2000
_HANDS_TO: dict[str, str] = {Region.Level.COUNTY: Region.Level.TOWNSHIP, Region.Level.TOWNSHIP: Region.Level.VILLAGE}
State = Receipt.State


class ReceiptRefused(Refused):
    """It cannot be done; the text says why and what to do."""


def number_range(first: str, last: str) -> tuple[ReceiptNumber, ReceiptNumber]:
    low, high = parse_number(first), parse_number(last)
    if low is None or high is None:
        raise ReceiptRefused("号码应是字头加数字，例如 AB00000001。")
    if (low.prefix, low.width) != (high.prefix, high.width):
        raise ReceiptRefused("起号和止号的字头、位数要一致。")
    if high.serial < low.serial:
        raise ReceiptRefused("止号不能小于起号。")
    if high.serial - low.serial >= LARGEST_BOOK:
        raise ReceiptRefused(f"一次最多登记 {LARGEST_BOOK:,} 个号，请核对起止号。")
    return low, high


def _hold_open(campaign: Campaign) -> None:
    """Books of one campaign are given out one after the other, and none while it is being closed."""
    lock_campaign(campaign)
    if campaign.closed_meanwhile():
        raise ReceiptRefused(f"{campaign}已办结，不能再登记或发放收据本。")


@transaction.atomic
def register_book(*, campaign: Campaign, first: str, last: str, actor: User) -> ReceiptBook:
    """Numbers printed for the county (县税务局统一印制): the root of everything issued. Safe to repeat."""
    low, high = number_range(first, last)
    _hold_open(campaign)
    roots = ReceiptBook.objects.filter(campaign=campaign, parent__isnull=True, prefix=low.prefix, width=low.width)
    for other in roots.select_related("holder"):
        if _overlap(other, low, high):
            if (other.first, other.last) == (low.serial, high.serial):
                return other
            raise ReceiptRefused(_overlapping(other, low, high))
    return _add_book(campaign, campaign.county, None, low, high, actor)


def issue_book(*, campaign: Campaign, holder: Region, first: str, last: str, actor: User) -> ReceiptBook:
    """Hands a range of numbers on, from a county to a township or from a township to a village. Safe to repeat.

    The range must lie in one book of the region above and not yet have been handed to anyone.
    """
    return issue_books(campaign=campaign, lines=[BookLine(holder, first, last)], actor=actor)[0]


@dataclass(frozen=True, slots=True)
class BookLine:
    """A range of numbers for somebody."""

    holder: Region
    first: str
    last: str


def find_holders(
    rows: Iterable[tuple[int, list[str]]], holders: Iterable[Region]
) -> tuple[list[tuple[int, BookLine]], list[tuple[int, str]]]:
    """Sort rows (number, [unit, first, last]) into lines with their unit, and what is wrong with the others.

    A unit is named as places are in every list (core/regions/names.py); a name that two of them bear is a question.
    """
    units = {unit.pk: unit for unit in holders}
    names = region_names(next(iter(units))[:6]) if units else RegionNames([])
    found, wrong = [], []
    for number, cells in rows:
        if len(cells) != 3 or not all(cells):
            wrong.append((number, f"“{' '.join(cells)[:40]}”应是三项：单位、起号、止号。"))
            continue
        answer = _place(cells[0], units, names)
        if unit := units.get(answer.code):
            found.append((number, BookLine(unit, cells[1], cells[2])))
        elif answer.problem == UNCLEAR:
            wrong.append((number, f"有两个单位叫“{cells[0][:40]}”，请写区划代码。"))
        else:
            wrong.append((number, f"本单位下面没有“{cells[0][:40]}”，请写全名或区划代码。"))
    return found, wrong


def _place(written: str, units: Mapping[str, Region], names: RegionNames) -> PlaceAnswer:
    """The unit that a cell names: one of a township's villages, or one of the county's townships."""
    one = next(iter(units.values()), None)
    if one and one.level == Region.Level.VILLAGE:
        return names.village(written, one.parent_id)
    return names.township(written)


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What would come of a line: `why` it is refused ("" if it is not), or the book it is already (`known`)."""

    line: BookLine
    low: ReceiptNumber | None = None
    high: ReceiptNumber | None = None
    parent: ReceiptBook | None = None
    known: ReceiptBook | None = None
    why: str = ""

    @property
    def count(self) -> int:
        return self.high.serial - self.low.serial + 1 if self.high and self.low else 0


@transaction.atomic
def issue_books(*, campaign: Campaign, lines: Iterable[BookLine], actor: User) -> list[ReceiptBook]:
    """Hands on many ranges at once, all or none; safe to repeat. Raises ReceiptRefused with the first refusal."""
    lines = list(lines)
    villages = {line.holder.pk for line in lines if line.holder.level == Region.Level.VILLAGE}
    money.lock_accounts(campaign=campaign, villages=villages)
    _hold_open(campaign)
    if gone := replaced_region_error(villages):
        raise ReceiptRefused(gone)
    verdicts = examine_lines(campaign=campaign, lines=lines, lock=True)
    if refused := [verdict for verdict in verdicts if verdict.why]:
        more = f"（共 {len(refused)} 处不能发放）" if len(refused) > 1 else ""
        raise ReceiptRefused(f"{refused[0].why}{more}")
    books = []
    for verdict in verdicts:
        book = verdict.known
        if book is None:
            assert verdict.low is not None and verdict.high is not None  # noqa: S101 - else it was refused above
            book = _add_book(campaign, verdict.line.holder, verdict.parent, verdict.low, verdict.high, actor)
            if book.holder.level == Region.Level.VILLAGE:
                _take_in(book)
        books.append(book)
    return books


def same_for_all(*, first: str, books: int, numbers: int, holders: Iterable[Region]) -> list[BookLine]:
    """So many books of so many numbers for each, one after the other from `first` on, in the order given."""
    start = parse_number(first)
    if start is None:
        raise ReceiptRefused("号码应是字头加数字，例如 AB00000001。")
    holders = list(holders)
    if len(holders) * books > MOST_LINES:
        raise ReceiptRefused(f"一次最多发放 {MOST_LINES} 本，请分几次办理。")
    lines, serial = [], start.serial
    for holder in holders:
        for _ in range(books):
            low, high = replace(start, serial=serial), replace(start, serial=serial + numbers - 1)
            lines.append(BookLine(holder, low.text, high.text))
            serial += numbers
    return lines


def examine_lines(*, campaign: Campaign, lines: Iterable[BookLine], lock: bool = False) -> list[LineVerdict]:
    """What `issue_books` would do with each line, those before it counted as done; writes nothing."""
    lines = list(lines)
    if len(lines) > MOST_LINES:
        raise ReceiptRefused(f"一次最多发放 {MOST_LINES} 本，请分几次办理。")
    parents = ReceiptBook.objects.filter(campaign=campaign, holder__in={line.holder.parent_id for line in lines})
    if lock:
        parents = parents.select_for_update(of=("self",))
    above = list(parents.select_related("holder").order_by("pk"))
    taken = list(ReceiptBook.objects.filter(parent__in=above).select_related("holder").order_by("pk"))
    carried = list(ReceiptBook.objects.filter(carried_from__campaign=campaign).select_related("campaign"))
    verdicts = []
    for line in lines:
        try:
            verdict = _examine(line, above, taken)
            _refuse_carried(verdict, carried)
        except ReceiptRefused as refused:
            verdict = LineVerdict(line, why=str(refused))
        if verdict.parent and verdict.low and verdict.high and not verdict.known:
            taken.append(_book(campaign, line.holder, verdict.parent, verdict.low, verdict.high))
        verdicts.append(verdict)
    return verdicts


def _examine(line: BookLine, parents: list[ReceiptBook], taken: list[ReceiptBook]) -> LineVerdict:
    low, high = number_range(line.first, line.last)
    parent = next(
        (book for book in parents if book.holder_id == line.holder.parent_id and holds(book, low, high)), None
    )
    if parent is None:
        above = line.holder.parent.name if line.holder.parent else "上级"
        raise ReceiptRefused(f"{above}没有领用包含 {low.text}—{high.text} 的收据本，请先核对起止号。")
    if _HANDS_TO.get(parent.holder.level) != line.holder.level:
        raise ReceiptRefused("收据本由上一级发给下一级。")
    for other in taken:
        if other.parent_id == parent.pk and _overlap(other, low, high):
            same = (other.first, other.last, other.holder_id) == (low.serial, high.serial, line.holder.pk)
            if same and other.pk and not other.returned:
                return LineVerdict(line, low, high, parent, known=other)
            raise ReceiptRefused(_overlapping(other, low, high))
    return LineVerdict(line, low, high, parent)


def _refuse_carried(verdict: LineVerdict, carried: list[ReceiptBook]) -> None:
    """Numbers that went into a later year are not given out again in this one."""
    low, high = verdict.low, verdict.high
    if not verdict.parent or verdict.known or low is None or high is None:
        return
    gone = next((b for b in carried if _overlap(b, low, high)), None)
    if gone:
        raise ReceiptRefused(f"{gone.text} 已结转到{gone.campaign.year}年度，请到那个年度发放。")


def _overlap(book: ReceiptBook, low: ReceiptNumber, high: ReceiptNumber) -> bool:
    """Whether a number of the range is in the book and was not handed back."""
    return (book.prefix, book.width) == (low.prefix, low.width) and book.first <= high.serial and low.serial <= book.end


def _overlapping(other: ReceiptBook, low: ReceiptNumber, high: ReceiptNumber) -> str:
    held = other.format_serials(other.first, other.end)
    return f"{held} 已发给{other.holder.name}，与 {low.text}—{high.text} 重叠，请换一段号码。"


def _take_in(book: ReceiptBook) -> None:
    """Receipts that the village made out before its book was registered now belong to the book."""
    loose = Receipt.objects.filter(
        campaign=book.campaign, village=book.holder, book__isnull=True, serial__range=(book.first, book.last)
    )
    length = len(book.prefix) + book.width
    loose.alias(length=Length("number")).filter(length=length, number__startswith=book.prefix).update(book=book)


def _book(
    campaign: Campaign, holder: Region, parent: ReceiptBook | None, low: ReceiptNumber, high: ReceiptNumber
) -> ReceiptBook:
    return ReceiptBook(
        campaign=campaign,
        prefix=low.prefix,
        first=low.serial,
        last=high.serial,
        width=low.width,
        holder=holder,
        parent=parent,
    )


def _add_book(
    campaign: Campaign,
    holder: Region,
    parent: ReceiptBook | None,
    low: ReceiptNumber,
    high: ReceiptNumber,
    actor: User,
) -> ReceiptBook:
    book = _book(campaign, holder, parent, low, high)
    book.issued_by, book.issued_at = actor, clock.now()
    book.save(force_insert=True)
    audit.record(
        "receipt_book.issue",
        actor=actor,
        obj=book,
        summary=f"发放收据 {book} 给{holder.name}",
        after={"first": low.text, "last": high.text, "holder": holder.pk},
    )
    return book


@transaction.atomic
def return_book(*, book: ReceiptBook, first: str, actor: User) -> ReceiptBook:
    """Takes back the unused end of a book, from the number `first` on; the giver may hand it on again.

    Called for who gave the book and has the paper in hand again. Safe to repeat. Raises ReceiptRefused where a number
    from there on is spent or has been handed on.
    """
    if book.holder.level == Region.Level.VILLAGE:
        money.lock_accounts(campaign=book.campaign, villages=[book.holder_id])
    books = ReceiptBook.objects.select_for_update(of=("self",)).select_related("campaign", "holder", "parent__holder")
    book = books.get(pk=book.pk)
    low = parse_number(first)
    if book.parent is None:
        raise ReceiptRefused(f"{actor.county_word}里登记的是印制的总数，没有上级可交。")
    if low is None or (low.prefix, low.width) != (book.prefix, book.width) or not book.first <= low.serial <= book.last:
        raise ReceiptRefused(f"{normalize_number(first)} 不在这本收据 {book} 里，请核对号码。")
    if low.serial == book.returned_from:
        return book
    if low.serial > book.end:
        raise ReceiptRefused(f"{low.text} 已经交回（{book.returned_text}）。")
    _refuse_spent(book, low)
    before, book.returned_from = book.end, low.serial
    book.returned_by, book.returned_at = actor, clock.now()
    book.save(update_fields=["returned_from", "returned_by", "returned_at"])
    back = book.format_serials(low.serial, before)
    audit.record(
        "receipt_book.return",
        actor=actor,
        obj=book,
        summary=f"{book.holder.name}交回收据 {back}，{book.parent.holder.name}收回",
        before={"last": book.format_serials(before)},
        after={"returned_from": low.text, "holder": book.parent.holder_id},
    )
    return book


def _refuse_spent(book: ReceiptBook, low: ReceiptNumber) -> None:
    highest = highest_spent(book)
    if highest is not None and highest >= low.serial:
        after = f"只能从 {book.format_serials(highest + 1)} 起交回" if highest < book.end else "没有可交回的号码"
        if skipped_numbers(book=book, at_most=1):
            after += "；中间没有开出的空白号请在本村收据页登记为作废"
        raise ReceiptRefused(f"{book.format_serials(highest)} 已经开出、作废或遗失，{after}。")
    for part in book.parts.select_related("holder").order_by("first"):
        if part.first <= part.end and part.end >= low.serial:
            raise ReceiptRefused(
                f"{part.format_serials(part.first, part.end)} 还在{part.holder.name}，请先从那里收回。"
            )
