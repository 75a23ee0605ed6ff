"""Putting a bad row of a ledger right in the browser: what was typed goes through the same check as the file did.

The file stays as it was sent; the row keeps what it said there. A mended row is booked by confirming the ledger, as any
other.
"""

from django.db import transaction
from django.db.models import Q

from collection.ledgers.booking import report_recorded
from collection.ledgers.check import TWO_PEOPLE, check_ledger, claims_of, receipts_of
from collection.ledgers.facts import gather
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.services import VERDICT_FIELDS, RowState, State, put_verdict, reading_of
from collection.money.services import lock_accounts
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.tables import reader
from core.tables.cells import shown

#: What can be put right, in the order of the form.
MENDABLE = ("name", "id_number", "amount", "paid_on", "receipt_no", "household", "phone")
#: Problems that rows have with each other: mending one of them may settle the other.
_BETWEEN_ROWS = {"name_conflict", "duplicate_in_file", "receipt_reused", "same_person_ask"}
_MOST_OTHERS = 200


@transaction.atomic
def mend_row(*, row: LedgerRow, cells: dict[str, str], actor: User) -> LedgerRow:
    """Write what was typed into the row and check it again. Return the row as it stands now.

    `cells` holds what the row is to say, by the column's key; what is the same as before is left alone. Raise Refused
    for a row that is not bad, or in a ledger that is being worked on, taken back or of a closed campaign.
    """
    batch, row = _locked(row)
    changed = {
        key: text.strip() for key, text in cells.items() if key in MENDABLE and text.strip() != written(row, key)
    }
    if not changed:
        raise Refused("没有改动。请在有问题的那一栏填写正确的内容，再点“保存并核对”。")
    if row.original is None:
        row.original = dict(row.raw)
    kept = {key: value for key, value in row.raw.items() if key not in changed}
    row.raw = kept | {key: text for key, text in changed.items() if text}
    row.decisions = []
    if row.held and row.held["column"] in changed:
        row.held = None
    if "household" in changed:
        row.household = ""
    check_again(batch, row, actor)
    row.save(update_fields=[*VERDICT_FIELDS, "raw", "original", "decisions", "held"])
    audit.record(
        "ledger.mend_row",
        actor=actor,
        obj=batch,
        summary=f"改正台账 {batch.pk} 第 {row.number} 行（{'、'.join(changed)}），{row.get_state_display()}",
        after={"row": row.number, "columns": sorted(changed), "state": row.state},
        batch=str(batch.pk),
    )
    return row


@transaction.atomic
def decide_two_people(*, row: LedgerRow, actor: User) -> LedgerRow:
    """Decide that somebody new is not the namesake of the same birthday and household. Safe to repeat."""
    batch, row = _locked(row)
    if TWO_PEOPLE in row.decisions:
        return row
    if "same_person_ask" not in {problem["code"] for problem in row.problems}:
        raise Refused("这一行没有同名同生日的疑问，请刷新页面。")
    row.decisions = [*row.decisions, TWO_PEOPLE]
    check_again(batch, row, actor)
    row.save(update_fields=[*VERDICT_FIELDS, "decisions"])
    audit.record(
        "ledger.two_people",
        actor=actor,
        obj=batch,
        summary=f"台账 {batch.pk} 第 {row.number} 行确认与同名同生日的人是两个人",
        after={"row": row.number},
        batch=str(batch.pk),
    )
    return row


def written(row: LedgerRow, key: str) -> str:
    """Return what the row says in a column, as it would be typed."""
    cell = reader.from_json(row.raw.get(key))
    return "" if cell is None else shown(cell) if isinstance(cell, float) else str(cell).strip()


def _locked(row: LedgerRow) -> tuple[LedgerBatch, LedgerRow]:
    batches = LedgerBatch.objects.select_for_update(of=("self",)).select_related("campaign__policy_version", "village")
    if row.entry_id:  # its cash counts already: the account comes first, as for whoever books (collection/money)
        lock_accounts(campaign=row.batch.campaign, villages=[row.batch.village_id])
    batch = batches.get(pk=row.batch_id)
    row = LedgerRow.objects.get(pk=row.pk)
    if batch.campaign.closed_meanwhile():
        raise Refused(f"{batch.campaign}已办结，台账不能再改。")
    if batch.state not in (State.CHECKED, State.CONFIRMED):
        raise Refused(f"这份台账{batch.get_state_display()}，现在不能改。")
    if row.state != RowState.BAD:
        raise Refused(f"这一行{row.get_state_display()}，不用改了。请刷新页面。")
    return batch, row


def check_again(batch: LedgerBatch, row: LedgerRow, actor: User) -> None:
    """Judge the row again, beside the rows that share its number, name or receipt; those it troubled may be settled."""
    asked = reading_of([row])
    alike = Q(name=row.name) | Q(id_number__in=[row.id_number, *(claim.id_number for claim in claims_of(asked))])
    alike |= Q(name__in=[claim.name for claim in claims_of(asked)])
    alike |= Q(receipt_no__in=[number for number in (row.receipt_no, *receipts_of(asked)) if number])
    others = batch.rows.filter(alike, state__in=[RowState.GOOD, RowState.BAD]).exclude(pk=row.pk)
    rows = {other.number: other for other in others.order_by("number")[:_MOST_OTHERS]}
    rows[row.number] = row
    reading = reading_of(rows[number] for number in sorted(rows))
    facts = gather(campaign=batch.campaign, village=batch.village, reading=reading, as_of=clock.today())
    settled = []
    for verdict in check_ledger(reading, facts).rows:
        stored = rows[verdict.number]
        between = {problem["code"] for problem in stored.problems} & _BETWEEN_ROWS
        if stored is row or (stored.state == RowState.BAD and between):
            put_verdict(stored, verdict)
            settled.append(stored)
    LedgerRow.objects.bulk_update([other for other in settled if other is not row], VERDICT_FIELDS)
    report_recorded(batch.campaign, settled, actor)
