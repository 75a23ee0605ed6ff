"""收据结转: the blank numbers of last year's books, carried into the year that opens or called in.

Carried numbers get books of their own in the new year, with the holders they have now; in the old year a village no
longer holds them, and nobody can give them out there again. A book that is called in stays in its year until the paper
is handed back as any unused end is (books.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from collection.money import services as money
from collection.receipts.models import BookPlan, ReceiptBook
from collection.receipts.selectors import book_totals
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.campaigns.services import lock_campaign
from subsidies.openings.selectors import last_campaign
from subsidies.openings.services import hold_draft, touch_step
from subsidies.openings.steps import StepState

KEY = "books"
Decision = BookPlan.Decision
Range = tuple[int, int]


@dataclass(frozen=True)
class BlankBook:
    """A book with numbers that nobody has used or handed on, and what is planned for it."""

    book: ReceiptBook
    ranges: list[Range]
    decision: str

    @property
    def count(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def text(self) -> str:
        return "、".join(self.book.format_serials(*one) for one in self.ranges[:5])


def without(first: int, last: int, taken: Iterable[Range]) -> list[Range]:
    """What is left of a range of numbers when others are taken out of it."""
    left = []
    for low, high in sorted(taken):
        if low > first:
            left.append((first, min(low - 1, last)))
        first = max(first, high + 1)
    return [one for one in [*left, (first, last)] if one[0] <= one[1]]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as can be."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def blank_books(proposal: PolicyProposal) -> list[BlankBook]:
    """Last year's books with blank numbers, the county's first; a fixed number of statements."""
    campaign = last_campaign(proposal)
    if campaign is None:
        return []
    plans = dict(proposal.book_plans.values_list("book_id", "decision"))
    books = list(ReceiptBook.objects.filter(campaign=campaign).select_related("holder").order_by("holder_id", "first"))
    parts: dict[int, list[Range]] = {}
    for book in books:
        if book.parent_id and book.first <= book.end:
            parts.setdefault(book.parent_id, []).append((book.first, book.end))
    unused = {line.book.pk: line for line in book_totals(campaign=campaign, region=campaign.county_id)}
    carried = list(ReceiptBook.objects.filter(carried_from__campaign=campaign, parent=None))
    found = []
    for book in books:
        if (line := unused.get(book.pk)) is not None:
            first = book.first if line.highest is None else line.highest + 1
            ranges = [(first, book.end)] if first <= book.end else []
        else:
            gone = [(c.first, c.last) for c in carried if (c.prefix, c.width) == (book.prefix, book.width)]
            ranges = without(book.first, book.end, parts.get(book.pk, []) + gone)
        if ranges:
            found.append(BlankBook(book, ranges, plans.get(book.pk, "")))
    return found


def to_call_in(campaign: Campaign, region: str) -> int:
    """How many villages' and townships' books of a campaign were to be called in and still have blank numbers."""
    plans = BookPlan.objects.filter(
        book__campaign=campaign, decision=Decision.CALL_IN, proposal__state=PolicyProposal.State.APPLIED
    ).exclude(book__holder__level=Region.Level.COUNTY)
    planned = set(plans.values_list("book_id", flat=True))
    if not planned:
        return 0
    totals = book_totals(campaign=campaign, region=region)
    villages = sum(line.book.pk in planned and line.unused > 0 for line in totals)
    townships = ReceiptBook.objects.filter(pk__in=planned, holder__level=Region.Level.TOWNSHIP).in_region(region)
    return villages + townships.filter(returned_from__isnull=True).count()


@transaction.atomic
def plan_books(*, proposal: PolicyProposal, decisions: Mapping[int, str], actor: User) -> int:
    """Decide what becomes of some books; return how many decisions changed. Raise Refused."""
    proposal = hold_draft(proposal)
    known = {blank.book.pk: blank.decision for blank in blank_books(proposal)}
    if decisions.keys() - known.keys() or set(decisions.values()) - set(Decision.values):
        raise Refused("有收据本刚刚用完或交回，请刷新页面后再办。")
    changed = {book: decision for book, decision in decisions.items() if known[book] != decision}
    BookPlan.objects.bulk_create(
        [BookPlan(proposal=proposal, book_id=book, decision=decision) for book, decision in changed.items()],
        update_conflicts=True,
        unique_fields=["proposal", "book"],
        update_fields=["decision"],
        batch_size=500,
    )
    if changed:
        touch_step(proposal, KEY, actor)
        counts = {label: sum(one == value for one in changed.values()) for value, label in Decision.choices}
        summary = "拟定收据处理：" + "，".join(f"{label} {count} 本" for label, count in counts.items() if count)
        audit.record("receipt_book.plan", actor=actor, obj=proposal, summary=summary)
    return len(changed)


def look(proposal: PolicyProposal) -> StepState:
    """How many books are decided; an undecided one forbids to confirm."""
    books = blank_books(proposal)
    if not books:
        return StepState("上年没有剩下空白收据。")
    counts = {label: sum(blank.decision == value for blank in books) for value, label in Decision.choices}
    left = sum(not blank.decision for blank in books)
    says = "，".join(f"{label} {count} 本" for label, count in counts.items())
    problems = [f"还有 {left} 本有空白号的收据没有写明结转还是收回"] if left else []
    return StepState(f"{says}，共 {sum(blank.count for blank in books):,} 个空白号。", problems)


def apply(proposal: PolicyProposal, campaign: Campaign, actor: User) -> None:
    """Give the carried numbers books in the new year, with the holders they have; in the old year they are gone."""
    old = last_campaign(proposal)
    if old is None:
        return
    villages = ReceiptBook.objects.filter(campaign=old, holder__level=Region.Level.VILLAGE).values_list(
        "holder", flat=True
    )
    money.lock_accounts(campaign=old, villages=villages)
    lock_campaign(old)
    carried = [blank for blank in blank_books(proposal) if blank.decision == Decision.CARRY]
    for prefix, width in sorted({(blank.book.prefix, blank.book.width) for blank in carried}):
        some = [blank for blank in carried if (blank.book.prefix, blank.book.width) == (prefix, width)]
        _carry(campaign, some, prefix, width, actor)
    moment = clock.now()
    gone = [blank.book for blank in carried if blank.book.holder.level == Region.Level.VILLAGE]
    starts = {blank.book.pk: blank.ranges[0][0] for blank in carried}
    for book in gone:
        book.returned_from, book.returned_by, book.returned_at = starts[book.pk], actor, moment
    ReceiptBook.objects.bulk_update(gone, ["returned_from", "returned_by", "returned_at"], batch_size=500)
    if carried:
        audit.record(
            "receipt_book.carry",
            actor=actor,
            obj=campaign,
            summary=f"{old}的空白收据 {len(carried)} 本、{sum(blank.count for blank in carried)} 个号结转到{campaign}",
        )


def _carry(campaign: Campaign, carried: list[BlankBook], prefix: str, width: int, actor: User) -> None:
    """The county's ranges, in them the townships', in them the villages', all in books of the new year."""
    moment = clock.now()
    places = [(blank.book.holder.current_code, one, blank.book) for blank in carried for one in blank.ranges]

    def make(level: int, one: Range, holder: str, parents: list[ReceiptBook]) -> ReceiptBook:
        old = next(book for code, (first, _), book in places if len(code) >= level and one[0] <= first <= one[1])
        return ReceiptBook(
            campaign=campaign,
            prefix=prefix,
            width=width,
            first=one[0],
            last=one[1],
            holder_id=holder,
            parent=next((book for book in parents if book.first <= one[0] <= book.last), None),
            issued_by=actor,
            issued_at=moment,
            carried_from=old,
        )

    above: list[ReceiptBook] = []
    for level in (6, 9, 12):
        held: dict[str, list[Range]] = {}
        for code, one, _ in places:
            if len(code) >= level:
                held.setdefault(code[:level], []).append(one)
        books = [
            make(level, one, holder, [book for book in above if holder.startswith(book.holder_id)])
            for holder, ranges in sorted(held.items())
            for one in joined(ranges)
        ]
        ReceiptBook.objects.bulk_create(books, batch_size=500)
        above = books
