"""Receipts that were lost as a whole, who shows one of them, and numbers that were typed wrong.

A lost book is reported once, with the paper of the police: its numbers are dead, each of them, and whoever shows one is
a case for the township. A slip of the pen, which makes every number below it look skipped, is put right in one step.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from collection.contributions.models import Contribution
from collection.contributions.services import REVERSIBLE
from collection.ledgers.models import LedgerBatch
from collection.money import services as money
from collection.receipts.books import ReceiptRefused, number_range
from collection.receipts.models import LostReceiptCase, LostReport, Receipt, ReceiptBook
from collection.receipts.numbers import normalize_number, parse_number
from collection.receipts.selectors import book_of, holds, known_receipts, village_books
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import chunks
from core.text import required_text
from subsidies.campaigns.models import Campaign

MOST_NUMBERS = 5_000
State = Receipt.State


@transaction.atomic
def report_lost(
    *,
    campaign: Campaign,
    village: str,
    first: str,
    last: str,
    report_no: str,
    lost_on: date,
    reason: str,
    actor: User,
) -> LostReport:
    """Make a range of a village's blank numbers dead; safe to repeat. Return the report.

    Numbers that are explained already stay as they are. Raise ReceiptRefused where one of them has been made out.
    """
    report_no, reason = required_text(report_no, "报警回执号", 60), required_text(reason, "遗失经过", 120)
    if lost_on > clock.today():
        raise ReceiptRefused(f"遗失日期 {lost_on} 还没有到，请核对。")
    low, high = number_range(first, last)
    if high.serial - low.serial >= MOST_NUMBERS:
        raise ReceiptRefused(f"一次最多挂失 {MOST_NUMBERS} 张，请核对起止号。")
    money.lock_accounts(campaign=campaign, villages=[village])
    _refuse_closed(campaign)
    same = LostReport.objects.filter(
        campaign=campaign, village=village, first=low.text, last=high.text, withdrawn_at__isnull=True
    )
    if earlier := same.first():
        return earlier
    book = next((book for book in village_books(campaign=campaign, village=village) if holds(book, low, high)), None)
    if book is None:
        raise ReceiptRefused(f"{low.text}—{high.text} 不全在本村领用的同一本收据里，请核对起止号。")
    numbers = [low.with_serial(serial).text for serial in range(low.serial, high.serial + 1)]
    known = known_receipts(campaign=campaign, numbers=numbers, lock=True)
    if used := [number for number in numbers if number in known and known[number].state == State.USED]:
        raise ReceiptRefused(f"{used[0]} 等 {len(used)} 张已经开出，不能挂失。请只填还没有开出的号码。")
    report = LostReport.objects.create(
        campaign=campaign,
        village_id=village,
        first=low.text,
        last=high.text,
        count=len(numbers),
        report_no=report_no,
        lost_on=lost_on,
        reason=reason,
        reported_by=actor,
        reported_at=clock.now(),
    )
    _bury_all(numbers, known, book, report, actor)
    audit.record(
        "receipt.report_lost",
        actor=actor,
        obj=report,
        summary=f"挂失收据 {report}，{report.count} 张，报警回执 {report_no}：{reason}",
        after={"first": low.text, "last": high.text, "count": len(numbers)},
    )
    return report


def _bury_all(
    numbers: list[str], known: dict[str, Receipt], book: ReceiptBook, report: LostReport, actor: User
) -> None:
    """Numbers that were blank again, and those that nobody has written down yet."""
    dead = [known[n] for n in numbers if n in known and known[n].state == State.RELEASED]
    for receipt in dead:
        receipt.village_id, receipt.book, receipt.household, receipt.amount = report.village_id, book, "", ZERO
        _bury(receipt, report, actor)
    fields = ["village", "book", "household", "amount", "state", "used_on", "void_reason", "voided_by", "voided_at"]
    Receipt.objects.bulk_update(dead, [*fields, "lost_report"], batch_size=500)
    fresh = [
        Receipt(campaign=report.campaign, number=n, village_id=report.village_id, book=book, amount=ZERO)
        for n in numbers
        if n not in known
    ]
    Receipt.objects.bulk_create([_bury(receipt, report, actor) for receipt in fresh], batch_size=500)


def _bury(receipt: Receipt, report: LostReport, actor: User) -> Receipt:
    number = parse_number(receipt.number)
    receipt.serial = number.serial if number else None
    receipt.state, receipt.lost_report, receipt.used_on = State.LOST, report, report.lost_on
    receipt.void_reason = f"挂失，报警回执 {report.report_no}"
    receipt.voided_by, receipt.voided_at = actor, report.reported_at
    return receipt


@transaction.atomic
def withdraw_report(*, report: LostReport, reason: str, actor: User) -> LostReport:
    """Make the numbers of a report blank again, because the book was found or the range was wrong. Safe to repeat."""
    reason = required_text(reason, "撤销的原因", 120)
    money.lock_accounts(campaign=report.campaign, villages=[report.village_id])
    _refuse_closed(report.campaign)
    report = LostReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.withdrawn_at:
        return report
    if report.receipts.filter(lost_cases__closed_at__isnull=True, lost_cases__isnull=False).exists():
        raise ReceiptRefused("挂失的收据有人出示，还没有核查完，请先办结再撤销挂失。")
    freed = report.receipts.filter(state=State.LOST).update(state=State.RELEASED, lost_report=None, void_reason="")
    report.withdrawn_by, report.withdrawn_at, report.withdrawn_reason = actor, clock.now(), reason
    report.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    audit.record(
        "receipt.withdraw_lost",
        actor=actor,
        obj=report,
        summary=f"撤销挂失 {report}，{freed} 张恢复为空白：{reason}",
        after={"first": report.first, "last": report.last, "count": freed},
    )
    return report


@transaction.atomic
def open_cases(*, batch: LedgerBatch, numbers: Iterable[str], actor: User | None) -> int:
    """Open a case for each number of a ledger that is reported lost; one a number and village. Return how many."""
    opened = 0
    for chunk in chunks({normalize_number(number) for number in numbers}):
        lost = Receipt.objects.filter(campaign=batch.campaign_id, number__in=chunk, lost_report__isnull=False)
        open_before = LostReceiptCase.objects.filter(village=batch.village_id, closed_at__isnull=True)
        for receipt in lost.exclude(pk__in=open_before.values("receipt")).order_by("pk"):
            shown = f"{batch.village.name} {batch.pk} 号台账写了这张收据"
            show_lost(receipt=receipt, village=batch.village_id, shown=shown, actor=actor, batch=batch)
            opened += 1
    return opened


@transaction.atomic
def show_lost(
    *, receipt: Receipt, village: str, shown: str, actor: User | None, batch: LedgerBatch | None = None
) -> LostReceiptCase:
    """Write down that somebody shows a receipt that is reported lost. Safe to repeat while the case is open."""
    shown = required_text(shown, "出示人、出示时间和所交金额", 200)
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if receipt.lost_report_id is None:
        raise ReceiptRefused(f"收据 {receipt.number} 没有挂失。")
    case, new = LostReceiptCase.objects.get_or_create(
        receipt=receipt,
        village_id=village,
        closed_at=None,
        defaults={"shown": shown, "batch": batch, "opened_by": actor, "opened_at": clock.now()},
    )
    if new:
        audit.record(
            "receipt.show_lost", actor=actor, obj=case, summary=f"有人出示挂失的收据 {receipt.number}：{shown}"
        )
    return case


@transaction.atomic
def close_case(*, case: LostReceiptCase, result: str, actor: User) -> LostReceiptCase:
    """Close a case with what was found out. Safe to repeat."""
    result = required_text(result, "核查结果", 200)
    case = LostReceiptCase.objects.select_for_update(of=("self",)).select_related("receipt").get(pk=case.pk)
    if case.closed_at:
        return case
    case.result, case.closed_by, case.closed_at = result, actor, clock.now()
    case.save(update_fields=["result", "closed_by", "closed_at"])
    audit.record(
        "receipt.close_lost_case",
        actor=actor,
        obj=case,
        summary=f"办结挂失收据 {case.receipt.number} 的核查：{result}",
    )
    return case


@transaction.atomic
def correct_number(*, receipt: Receipt, number: str, reason: str, actor: User) -> Receipt:
    """Give a receipt the number that stands on the paper, because another was typed: what was a gap by it is none then.

    What was paid stays as it is. A blank number that was explained by mistake is taken back with an empty `number`.
    Raise ReceiptRefused for a number that is not the village's or is spent, and once one of the payments is declared.
    """
    reason = required_text(reason, "改正的原因", 120)
    campaign = receipt.campaign
    money.lock_accounts(campaign=campaign, villages=[receipt.village_id])
    _refuse_closed(campaign)
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    before, wanted = receipt.number, normalize_number(number)
    if receipt.state == State.RELEASED or wanted == before:
        return receipt
    if receipt.lost_report_id:
        raise ReceiptRefused("挂失的收据不能改号；挂失有误的，请撤销挂失。")
    if receipt.state == State.USED and not wanted:
        raise ReceiptRefused("请填写收据上印的号码；钱没有收的，请作废这张收据。")
    live = Contribution.objects.filter(receipt=receipt, ended_at__isnull=True)
    if live.exclude(state__in=REVERSIBLE).exists():
        raise ReceiptRefused("这张收据上的缴费已经申报，号码不能再改；请在申报退回后办理。")
    if wanted:
        book = book_of(wanted, village_books(campaign=campaign, village=receipt.village_id))
        if book is None:
            raise ReceiptRefused(f"{wanted} 不在本村领用的收据本里，请核对号码。")
        other = known_receipts(campaign=campaign, numbers=[wanted], lock=True).get(wanted)
        if other and other.state != State.RELEASED:
            raise ReceiptRefused(f"{wanted} {other.get_state_display()}，不能再用。请照收据存根核对。")
        if other:
            # The two change places: the wrong number is blank again, the right one is spent.
            other.number, other.serial = f"~{other.pk}", None
            other.save(update_fields=["number", "serial"])
        parsed = parse_number(wanted)
        receipt.number, receipt.serial, receipt.book = wanted, parsed.serial if parsed else None, book
        receipt.save(update_fields=["number", "serial", "book"])
        if other:
            _give_number(other, before, campaign)
    else:
        receipt.state, receipt.void_reason = State.RELEASED, ""
        receipt.save(update_fields=["state", "void_reason"])
    audit.record(
        "receipt.correct_number",
        actor=actor,
        obj=receipt,
        summary=f"收据 {before} 改正为 {wanted or '空白'}：{reason}",
        before={"number": before},
        after={"number": wanted},
    )
    return receipt


def _give_number(receipt: Receipt, number: str, campaign: Campaign) -> None:
    parsed = parse_number(number)
    receipt.number, receipt.serial = number, parsed.serial if parsed else None
    receipt.book = book_of(number, village_books(campaign=campaign, village=receipt.village_id))
    receipt.save(update_fields=["number", "serial", "book"])


def _refuse_closed(campaign: Campaign) -> None:
    if campaign.closed_meanwhile():
        raise ReceiptRefused(f"{campaign}已办结，收据不能再登记或更改。")
