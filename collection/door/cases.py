"""Cash taken at a door that could not be booked: what a person decides about it. Each way ends the case once.

A wrong cell is mended as in any ledger (collection/ledgers/mending.py); here is what only somebody who has looked into
it may say: that it counts all the same, that it is the payment which is booked already, that the money went back.
"""

from datetime import date

from django.db import transaction

from collection.contributions.models import Contribution
from collection.door.models import CashReturn
from collection.door.services import SAME_PAYMENT, release_cash
from collection.ledgers import booking
from collection.ledgers.check import ACCEPTED
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.services import reading_of
from collection.money.services import lock_accounts
from collection.receipts.numbers import normalize_number
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import required_text

RowState = LedgerRow.State


def accept_case(*, row: LedgerRow, actor: User) -> LedgerRow:
    """Book a payment that was held, after the township has looked into it. Safe to repeat.

    What is wrong with it besides stays a case, with the reasons of now. A payment that the books have already is not
    booked again, and its cash counts there.
    """
    for _ in range(booking.MOST_ATTEMPTS):
        try:
            with transaction.atomic():
                return _accept(row, actor)
        except booking.TRY_AGAIN:
            continue
    raise Refused("有人正在同时登记同一批人员，请过一会儿再试。")


def _accept(row: LedgerRow, actor: User) -> LedgerRow:
    batch = LedgerBatch.objects.select_related("campaign__policy_version", "village__parent").get(pk=row.batch_id)
    decided = LedgerRow(number=row.number, raw=row.raw, household=row.household, decisions=[ACCEPTED])
    reading = reading_of([decided])
    locked = booking.lock_people(campaign=batch.campaign, village=batch.village_id, reading=reading)
    row = LedgerRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state in (RowState.CONFIRMED, RowState.RECORDED):
        return row
    _refuse_settled(row)
    if batch.campaign.closed_meanwhile():
        raise Refused(
            f"{batch.campaign}已办结，不能再记账。请核实后退还本人，或按{actor.county_word}医保局的通知办理。"
        )
    if ACCEPTED not in row.decisions:
        row.decisions = [*row.decisions, ACCEPTED]
        row.save(update_fields=["decisions"])
    checked = booking.check_locked(batch=batch, reading=reading_of([row]), locked=locked)
    booking.write_rows(batch=batch, rows=[row], checked=checked, actor=actor)
    audit.record(
        "door.accept",
        actor=actor,
        obj=batch,
        summary=f"核实入户收款 {batch.pk} 号台账第 {row.number} 行可以记账，{row.get_state_display()}",
        after={"row": row.number, "state": row.state},
        batch=str(batch.pk),
    )
    return row


@transaction.atomic
def settle_as_booked(*, row: LedgerRow, actor: User) -> LedgerRow:
    """Say that this is the payment which is booked already, on the same receipt; its cash is counted there."""
    row = _locked(row)
    if row.state == RowState.MENDED:
        return row
    _refuse_settled(row)
    if not _is_booked(row):
        raise Refused("没有找到同一个人、同一张收据、同样金额的记账。不是同一笔的，请退还本人或改正后记账。")
    row.state = RowState.MENDED
    row.save(update_fields=["state"])
    release_cash(campaign=row.batch.campaign, rows=[row], reason=SAME_PAYMENT, actor=actor)
    audit.record(
        "door.same",
        actor=actor,
        obj=row.batch,
        summary=f"入户收款 {row.batch_id} 号台账第 {row.number} 行与已记账的是同一笔",
        after={"row": row.number},
        batch=str(row.batch_id),
    )
    return row


@transaction.atomic
def record_return(*, row: LedgerRow, returned_on: date, note: str, actor: User) -> LedgerRow:
    """Write down that the money was given back; somebody of the township has asked the person. Safe to repeat."""
    note = required_text(note, "退款对象和核实情况")
    row = _locked(row)
    if row.state == RowState.RETURNED:
        return row
    _refuse_settled(row)
    if row.entry is None or not row.entry.taken_on <= returned_on <= clock.today():
        raise Refused("退还日期应在收款以后、今天以前，请核对。", "returned_on")
    row.state = RowState.RETURNED
    row.save(update_fields=["state"])
    CashReturn.objects.create(row=row, returned_on=returned_on, note=note, recorded_by=actor, recorded_at=clock.now())
    if not row.batch.campaign.closed_meanwhile():
        release_cash(campaign=row.batch.campaign, rows=[row], reason=f"已退还本人：{note}", actor=actor)
    audit.record(
        "door.return",
        actor=actor,
        obj=row.batch,
        summary=f"入户收款 {row.batch_id} 号台账第 {row.number} 行 {row.amount:,.2f} 元已退还：{note}",
        after={"row": row.number, "amount": str(row.amount), "on": returned_on.isoformat()},
        batch=str(row.batch_id),
    )
    return row


def _is_booked(row: LedgerRow) -> bool:
    """Whether the same person's payment of the same amount stands on the same receipt."""
    if not row.receipt_no or row.amount is None:
        return False
    same = Contribution.objects.filter(
        campaign=row.batch.campaign_id,
        village=row.batch.village_id,
        resident__id_number=row.id_number,
        receipt__number__in=[row.receipt_no, normalize_number(row.receipt_no)],
        amount=row.amount,
        ended_at__isnull=True,
    )
    return same.exists()


def _locked(row: LedgerRow) -> LedgerRow:
    """The row as it stands, after the village's account, which whoever books locks first."""
    lock_accounts(campaign=row.batch.campaign, villages=[row.batch.village_id])
    rows = LedgerRow.objects.select_for_update(of=("self",)).select_related(
        "batch__campaign", "batch__village", "entry"
    )
    locked: LedgerRow = rows.get(pk=row.pk)
    return locked


def _refuse_settled(row: LedgerRow) -> None:
    if row.entry_id is None or row.state not in (RowState.BAD, RowState.GOOD):
        raise Refused(f"这一笔{row.get_state_display()}，不用再办。请刷新页面。")
