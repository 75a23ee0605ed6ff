"""Confirming a ledger's good rows, and taking a ledger back.

A worker confirms in chunks. In one transaction a chunk's people, receipts, contributions, money and the rows' own
state are written, so that a worker killed at any row has booked whole chunks, and the next one goes on behind them.
Everybody is checked once more by the facts of that moment, under the residents' locks: what has become wrong meanwhile
stays behind.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from collection.cash.models import Deposit
from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.ledgers import booking
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.selectors import confirming_job_key, count_rows
from collection.ledgers.services import RowState, State, reading_of
from collection.money import services as money
from collection.receipts import services as receipts
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.once import asking_once
from core.jobs import services as jobs
from core.refusals import Refused
from core.text import clean_text
from subsidies.campaigns.watermark import next_timestamp

CAMPAIGN_CLOSED = "campaign_closed"
#: Small enough that on SQLite other writers wait under a second.
CHUNK = 1000


@transaction.atomic
def confirm_ledger(*, batch: LedgerBatch, actor: User) -> LedgerBatch:
    """Put the booking of the good rows in the queue. A second click changes nothing.

    Rows that were mended after a confirmation are confirmed by another one. Raise Refused for a batch that is not read,
    was taken back or has no good row, or in a closed campaign.
    """
    batch = LedgerBatch.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=batch.pk)
    good = count_rows(batch=batch)[RowState.GOOD]
    if batch.state == State.CONFIRMING or (batch.state == State.CONFIRMED and not good):
        return batch
    if batch.state not in (State.CHECKED, State.CONFIRMED):
        raise Refused(f"这份台账{batch.get_state_display()}，不能确认。")
    if not batch.campaign.is_open:
        raise Refused(f"{batch.campaign}已办结，不能再确认台账。")
    if not good:
        raise Refused("没有可以确认的行。请下载标注好的表，改正后重新上传。")
    batch.state, batch.confirmed_by = State.CONFIRMING, actor
    batch.warnings = [note for note in batch.warnings if note["code"] != CAMPAIGN_CLOSED]
    batch.save(update_fields=["state", "confirmed_by", "warnings"])
    audit.record("ledger.confirm", actor=actor, obj=batch, summary=f"确认台账 {good} 行", batch=batch.pk)
    jobs.enqueue(
        "ledger.confirm", actor=actor, key=confirming_job_key(batch.pk), region=batch.village_id, batch=batch.pk
    )
    return batch


@jobs.handler("ledger.confirm")
def book_batch(run: jobs.Run) -> str:
    """Book the good rows of a batch chunk by chunk; go on where a lost worker stopped."""
    batch = LedgerBatch.objects.select_related("campaign__policy_version", "village", "confirmed_by").get(
        pk=run.args["batch"]
    )
    if batch.state != State.CONFIRMING:
        return ""
    counts = count_rows(batch=batch)
    done, closed = counts[RowState.CONFIRMED], False
    total = done + counts[RowState.GOOD]
    while not closed and (chunk := list(batch.rows.filter(state=RowState.GOOD).order_by("number")[:CHUNK])):
        try:
            _book_chunk(run, batch, chunk)
        except _CampaignClosed:
            closed = True
        done = min(done + len(chunk), total)
        if len(chunk) < CHUNK:
            break
        run.progress(done, total, "正在记账")
    return _finish(run, batch, done, total, closed=closed)


def _book_chunk(run: jobs.Run, batch: LedgerBatch, chunk: list[LedgerRow]) -> None:
    """Book a chunk by the facts of this moment: they are looked up under the locks without which none can change.

    What has become wrong since the ledger was read stays behind with its reason.
    """
    reading = reading_of(chunk)
    for _ in range(booking.MOST_ATTEMPTS):
        try:
            with asking_once():
                run.assert_owner()
                locked = booking.lock_people(campaign=batch.campaign, village=batch.village_id, reading=reading)
                if money.closed_under_lock(batch.campaign):
                    raise _CampaignClosed
                checked = booking.check_locked(batch=batch, reading=reading, locked=locked)
                booking.write_rows(batch=batch, rows=chunk, checked=checked, actor=batch.confirmed_by)
        except booking.TRY_AGAIN:
            continue
        return
    raise jobs.JobFailed("有人正在同时登记同一批人员，没有记完。请过一会儿再点“接着处理”。")


class _CampaignClosed(Exception):
    """The campaign was closed while the ledger was being booked: what is left stays as it is."""


@transaction.atomic
def _finish(run: jobs.Run, batch: LedgerBatch, booked: int, total: int, *, closed: bool) -> str:
    run.progress(booked, total, "正在记账")  # locks the job as `assert_owner` does
    counts = count_rows(batch=batch)
    left = counts[RowState.BAD] + counts[RowState.GOOD]
    done, notes = f"记账 {counts[RowState.CONFIRMED]} 行，留下 {left} 行待改", batch.warnings
    if closed:
        done = f"{batch.campaign}在记账时办结，已记账 {counts[RowState.CONFIRMED]} 行，"
        done += f"其余 {counts[RowState.GOOD]} 行没有记账，收了的钱请按{batch.campaign.county_word}医保局的通知办理"
        notes = [*notes, {"code": CAMPAIGN_CLOSED, "message": f"{done}。"}]
    state = State.CONFIRMED if counts[RowState.CONFIRMED] or not counts[RowState.GOOD] else State.CHECKED
    changed = LedgerBatch.objects.filter(pk=batch.pk, state=State.CONFIRMING).update(
        state=state, confirmed_at=clock.now(), warnings=notes
    )
    if changed:
        audit.record("ledger.book", actor=batch.confirmed_by, obj=batch, summary=f"台账{done}", batch=batch.pk)
    return done


# --- taking back ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IrreversibleRow:
    """A booked row that cannot be taken back any more, and why."""

    number: int
    name: str
    amount: Decimal
    why: str


def irreversible_rows(*, batch: LedgerBatch) -> list[IrreversibleRow]:
    """The booked rows whose money is banked or declared already, in the order of the ledger.

    Banked is what the village's deposits cover when they settle the oldest cash first, as 双限 does.
    """
    deposited = sum(
        Deposit.objects.filter(campaign=batch.campaign_id, village=batch.village_id)
        .exclude(state=Deposit.State.REJECTED)
        .values_list("amount", flat=True),
        Decimal(0),
    )
    cash = Contribution.objects.filter(
        campaign=batch.campaign_id, village=batch.village_id, channel=Contribution.Channel.CASH, ended_at__isnull=True
    )
    stays, before = [], Decimal(0)
    rows = cash.order_by("paid_on", "pk").values_list(
        F("amount") - F("from_gift"), "state", "ledger_row__batch", "ledger_row__number", "ledger_row__name"
    )
    for amount, state, owner, number, name in rows.iterator(chunk_size=2000):
        if owner == batch.pk:
            if state not in contributions.REVERSIBLE:
                stays.append(IrreversibleRow(number, name, amount, Contribution.State(state).label))
            elif before < deposited:
                stays.append(IrreversibleRow(number, name, amount, "现金已缴存"))
        before += amount
    return sorted(stays, key=lambda s: s.number)


@transaction.atomic
def withdraw_ledger(*, batch: LedgerBatch, reason: str, actor: User) -> list[IrreversibleRow]:
    """Takes a ledger back: whole while none of its money is banked or declared, otherwise all but what it returns.

    Its contributions are reversed and its receipt numbers free again; cash taken at a door that waits for somebody's
    decision stays what it is. Twice changes nothing. Raises Refused without a reason, while a worker is at it, or in a
    closed campaign.
    """
    if not (reason := clean_text(reason, "原因", 200)):
        raise Refused("请写明撤回的原因，例如“传错了文件”。")
    next_timestamp(campaign_id=batch.campaign_id)
    money.lock_accounts(campaign=batch.campaign, villages=[batch.village_id])
    batch = LedgerBatch.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=batch.pk)
    if batch.state == State.WITHDRAWN:
        return []
    if batch.state in (State.READING, State.CONFIRMING):
        raise Refused("这份台账正在处理，请等处理完再撤回。")
    if not batch.campaign.is_open:
        raise Refused(f"{batch.campaign}已办结，不能再撤回台账。")
    stays = irreversible_rows(batch=batch)
    kept = [s.number for s in stays]
    live = Contribution.objects.filter(ledger_row__batch=batch, ended_at__isnull=True)
    gone = contributions.reverse_contributions(
        campaign=batch.campaign,
        contributions=live.exclude(ledger_row__number__in=kept),
        reason=f"台账撤回：{reason}",
        actor=actor,
        batch=str(batch.pk),
    )
    receipts.release_receipts(campaign=batch.campaign, contributions=gone, actor=actor)
    cases = batch.rows.filter(entry__isnull=False, state__in=(RowState.BAD, RowState.GOOD, RowState.RETURNED))
    rows = batch.rows.exclude(state=RowState.CONFIRMED, number__in=kept).exclude(pk__in=cases.values("pk"))
    taken = rows.update(state=RowState.WITHDRAWN)
    if not stays and not cases.exclude(state=RowState.RETURNED).exists():
        batch.state = State.WITHDRAWN
    batch.withdrawn_by, batch.withdrawn_at, batch.withdrawn_reason = actor, clock.now(), reason
    batch.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    says = f"撤回台账 {taken} 行，其中已记账 {len(gone)} 行"
    if stays:
        says += f"；{len(stays)} 行已缴存或申报，没有撤回"
    audit.record(
        "ledger.withdraw",
        actor=actor,
        obj=batch,
        summary=f"{says}：{reason}",
        after={"reversed": len(gone), "stays": kept[:200]},
        batch=batch.pk,
    )
    return stays
