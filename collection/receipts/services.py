"""专用收据: each number is used once, or for one household; voided or lost numbers are explained, never deleted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.money import services as money
from collection.receipts.books import ReceiptRefused
from collection.receipts.models import Receipt, ReceiptBook
from collection.receipts.numbers import normalize_number, parse_number
from collection.receipts.selectors import book_of, handed_back, known_receipts, village_books
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import CHUNK, insert_with_ids, update_objects
from core.database.once import a_step, atomic_step
from core.regions.services import replaced_region_error
from core.text import clean_text
from subsidies.campaigns.models import Campaign

State = Receipt.State


@dataclass(frozen=True, slots=True)
class ReceiptUse:
    """A receipt made out: to which household ("" where the ledger names none), over how many yuan, on which day."""

    number: str
    household: str
    amount: Decimal
    used_on: date


def _refuse_closed(campaign: Campaign) -> None:
    if money.closed_under_lock(campaign):
        raise ReceiptRefused(f"{campaign}已办结，收据不能再登记或作废。")


def refusal(use: ReceiptUse, *, village: str, known: Receipt | None) -> str | None:
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


@atomic_step
def use_receipts(
    *, campaign: Campaign, village: str, uses: Iterable[ReceiptUse], actor: User | None
) -> dict[str, Receipt]:
    """Makes the receipts used and returns them by written number; all or none. Set-based.

    Several uses of one number must name one household; they add up, and the first day stands. Call it in the
    transaction that records the contributions, with those uses only that are not recorded yet. A number outside the
    village's books is taken, without a book: it shows on the worklist (and `receipt_not_issued` is the ledger's to
    refuse).
    """
    uses = [ReceiptUse(normalize_number(u.number), u.household.strip(), u.amount, u.used_on) for u in uses]
    if not uses:
        return {}
    money.lock_accounts(campaign=campaign, villages=[village])
    _refuse_closed(campaign)
    if gone := replaced_region_error([village]):
        raise ReceiptRefused(gone)
    known = known_receipts(campaign=campaign, numbers=[use.number for use in uses], lock=True)
    books = village_books(campaign=campaign, village=village)
    fresh: dict[str, Receipt] = {}
    grown: dict[str, Receipt] = {}
    for use in uses:
        if why := refusal(use, village=village, known=fresh.get(use.number) or known.get(use.number)):
            raise ReceiptRefused(why)
        number, book = parse_number(use.number), book_of(use.number, books)
        if book is None and (back := handed_back(use.number, books)):
            day = timezone.localtime(back.returned_at)
            raise ReceiptRefused(f"收据 {use.number} 已在 {day:%Y-%m-%d} 交回，本村不能再用，请核对号码。")
        if receipt := fresh.get(use.number) or known.get(use.number):
            _add_use(receipt, use, village, book)
            if use.number in known:
                grown[use.number] = receipt
            continue
        fresh[use.number] = Receipt(
            campaign=campaign,
            number=use.number,
            serial=number.serial if number else None,
            village_id=village,
            book=book,
            household=use.household,
            amount=use.amount,
            used_on=use.used_on,
        )
    try:
        with a_step():
            insert_with_ids(fresh.values())
    except IntegrityError:
        raise ReceiptRefused("有收据号刚刚被另一个村登记，请重新核对台账里的收据号。") from None
    changed = ["amount", "state", "used_on", "village", "household", "book"]
    update_objects(grown.values(), changed)
    audit.record(
        "receipt.use",
        actor=actor,
        object_type="receipt",
        region=village,
        summary=f"使用收据 {len(fresh)} 张，追加 {len(grown)} 张，共 {sum((u.amount for u in uses), ZERO):,.2f} 元",
        after={"first": uses[0].number, "last": uses[-1].number, "count": len(fresh)},
    )
    return grown | fresh


def _add_use(receipt: Receipt, use: ReceiptUse, village: str, book: ReceiptBook | None) -> None:
    if receipt.state == State.RELEASED:
        receipt.state, receipt.amount, receipt.used_on = State.USED, ZERO, use.used_on
        receipt.village_id, receipt.household, receipt.book = village, use.household, book
    receipt.amount += use.amount


@transaction.atomic
def release_receipts(*, campaign: Campaign, contributions: Iterable[Contribution], actor: User | None) -> int:
    """Takes reversed contributions off their receipts, because the ledger that named them was a wrong file.

    A receipt left without any is free again: the paper was made out, but not as that file said. Call it after the
    reversal, in its transaction; returns how many numbers became free.
    """
    gone: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for contribution in contributions:
        if contribution.receipt_id:
            gone[contribution.receipt_id] += contribution.amount - contribution.from_gift
    held: set[int | None] = set()
    receipts: list[Receipt] = []
    ids = sorted(gone)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        receipts += Receipt.objects.select_for_update().filter(campaign=campaign, pk__in=chunk, state=State.USED)
        live = Contribution.objects.filter(receipt_id__in=chunk, ended_at__isnull=True)
        held.update(live.values_list("receipt_id", flat=True))
    for receipt in receipts:
        receipt.amount = max(receipt.amount - gone[receipt.pk], ZERO)
        if receipt.pk not in held:
            receipt.state, receipt.amount = State.RELEASED, ZERO
    update_objects(receipts, ["amount", "state"])
    free = [receipt.number for receipt in receipts if receipt.state == State.RELEASED]
    if receipts:
        audit.record(
            "receipt.release",
            actor=actor,
            object_type="receipt",
            region=receipts[0].village_id,
            summary=f"台账撤回，{len(free)} 张收据的登记随之撤回",
            after={"count": len(free), "changed": len(receipts)},
        )
    return len(free)


@transaction.atomic
def void_receipt(*, receipt: Receipt, reason: str, actor: User) -> Receipt:
    """Voids a used receipt: its contributions are reversed and its cash leaves as if it had never been taken.

    Refused once one of them is declared (ContributionRefused). Voiding twice changes nothing.
    """
    if not (reason := clean_text(reason, "原因", 120)):
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
    receipt.state, receipt.void_reason = State.VOIDED, reason
    receipt.voided_by, receipt.voided_at = actor, clock.now()
    receipt.save(update_fields=["state", "void_reason", "voided_by", "voided_at"])
    audit.record(
        "receipt.void",
        actor=actor,
        obj=receipt,
        summary=f"作废收据 {receipt.number}（{receipt.amount:,.2f} 元）：{reason}",
        before={"state": State.USED.value},
        after={"state": State.VOIDED.value},
    )
    return receipt


@transaction.atomic
def explain_number(*, campaign: Campaign, village: str, number: str, state: str, reason: str, actor: User) -> Receipt:
    """Says what became of a number that was never made out: spoilt (VOIDED) or LOST. Safe to repeat."""
    if state not in (State.VOIDED, State.LOST):
        raise ReceiptRefused("空白收据只能登记为作废或遗失。")
    if not (reason := clean_text(reason, "原因", 120)):
        raise ReceiptRefused("请写明作废或遗失的原因。")
    number = normalize_number(number)
    money.lock_accounts(campaign=campaign, villages=[village])
    _refuse_closed(campaign)
    read, book = parse_number(number), book_of(number, village_books(campaign=campaign, village=village))
    if read is None or book is None:
        raise ReceiptRefused(f"{number} 不在本村领用的收据本里，请核对号码。")
    known = known_receipts(campaign=campaign, numbers=[number], lock=True).get(number)
    if known and known.state == State.USED:
        raise ReceiptRefused(f"{number} 已开出 {known.amount:,.2f} 元；如要作废，请在收据页办理，缴费会一并冲销。")
    if known and known.state != State.RELEASED:
        return known
    receipt = known or Receipt(campaign=campaign, number=number, serial=read.serial)
    receipt.village_id, receipt.book, receipt.household, receipt.amount = village, book, "", ZERO
    receipt.state, receipt.void_reason, receipt.used_on = state, reason, clock.today()
    receipt.voided_by, receipt.voided_at = actor, clock.now()
    receipt.save()
    audit.record(
        "receipt.explain",
        actor=actor,
        obj=receipt,
        summary=f"登记空白收据 {number} {receipt.get_state_display()}：{reason}",
        after={"state": state},
    )
    return receipt
