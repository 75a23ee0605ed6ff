"""Ledgers: a village's file is taken in, read and checked by a worker, looked at, then confirmed or taken back.

Every step can be repeated: a file sent twice is one batch until it is confirmed; a worker lost in the middle leaves a
batch that the next one reads from the start (here) or goes on confirming (ledger_confirm.py).
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.base import File
from django.db import transaction

from collection.ledgers.check import check_ledger, receipts_of
from collection.ledgers.columns import COLUMNS
from collection.ledgers.facts import gather, same_file_note, stamp_facts
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.reading import FileNote, LedgerLine, LedgerReading, read_ledger
from collection.ledgers.selectors import confirming_job_key, reading_job_key
from collection.ledgers.stamp import other_ledger, stale_note
from collection.ledgers.verdicts import CheckedLedger, Row, RowRemark
from collection.receipts.lost import open_cases
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import CHUNK, insert_objects
from core.files import services as attachments
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions import services as regions
from core.regions.models import Region
from core.tables import reader
from core.tables.headings import Header
from residents.people.disclosure import record_oversized, record_probe
from subsidies.campaigns.models import Campaign

MOST_PROBLEMS_KEPT = 20
State = LedgerBatch.State
RowState = LedgerRow.State


@transaction.atomic
def upload_ledger(
    *, campaign: Campaign, village: Region, file: "File[bytes]", name: str, actor: User
) -> tuple[LedgerBatch, bool]:
    """Keeps a village's file and puts its reading in the queue. Returns (batch, new).

    The same file again is the same batch while that one waits for confirmation. Raises Refused for a closed
    campaign, a region that is no village of the county, an empty or an oversize file.
    """
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再上传台账。")
    if village.level != Region.Level.VILLAGE or not village.code.startswith(campaign.county_id):
        raise Refused(f"{village.name}不是本{actor.county_word}的村，不能上传台账。请选择收费的村。")
    most = reader.VILLAGE_LEDGER.bytes
    if file.size > most:
        size = file.size / (1 << 20)
        says = f"文件有 {size:.0f} MB，超过 {most >> 20} MB 的上限。"
        raise Refused(f"{says}请删去图片和多余的工作表后再上传。")
    regions.lock_region(village)  # two clicks at once: the second waits and finds the first
    if gone := regions.replaced_region_error([village.pk]):
        raise Refused(gone)
    attachment = attachments.store(file=file, name=name, kind="ledger", region=village.code, actor=actor)
    same = LedgerBatch.objects.filter(
        campaign=campaign,
        village=village,
        attachment__sha256=attachment.sha256,
        state__in=(State.READING, State.CHECKED, State.CONFIRMING),
    )
    if known := same.order_by("pk").last():
        attachment.file.delete(save=False)
        attachment.delete()
        return known, False
    batch = LedgerBatch.objects.create(
        campaign=campaign, village=village, attachment=attachment, uploaded_by=actor, uploaded_at=clock.now()
    )
    audit.record("ledger.upload", actor=actor, obj=batch, summary=f"上传台账 {attachment.name}", batch=batch.pk)
    jobs.enqueue("ledger.read", actor=actor, key=reading_job_key(batch.pk), region=village.code, batch=batch.pk)
    return batch, True


@transaction.atomic
def resume_ledger(*, batch: LedgerBatch, actor: User) -> None:
    """Puts a batch whose job failed back in the queue; one that is being worked on is left alone."""
    steps: dict[str, tuple[str, Callable[[int], str]]] = {
        State.READING: ("ledger.read", reading_job_key),
        State.CONFIRMING: ("ledger.confirm", confirming_job_key),
    }
    if batch.state in steps:
        kind, key = steps[batch.state]
        jobs.enqueue(kind, actor=actor, key=key(batch.pk), region=batch.village_id, batch=batch.pk)


@jobs.handler("ledger.read")
def read_batch(run: jobs.Run) -> str:
    """Reads and checks the file of a batch; repeated, it begins from the start and ends the same."""
    batch = LedgerBatch.objects.select_related("campaign__policy_version", "village", "attachment", "uploaded_by").get(
        pk=run.args["batch"]
    )
    if batch.state != State.READING:
        return ""
    assert batch.attachment is not None  # noqa: S101 - only a ledger that came as a file is read
    run.progress(0, 0, "正在打开文件")
    try:
        reading = read_ledger(reader.read(batch.attachment.file.path))
        if refused := other_ledger(reading, village=batch.village_id, year=batch.campaign.year):
            raise refused
    except reader.SheetError as error:
        _refuse(run, batch, error)
        return "文件不能读取"
    total = len(reading.lines)
    run.progress(0, total, f"共 {total} 行，正在核对")
    facts = gather(campaign=batch.campaign, village=batch.village, reading=reading, as_of=clock.today())
    checked = check_ledger(reading, facts)
    same = same_file_note(campaign=batch.campaign, village=batch.village, sha256=batch.attachment.sha256, but=batch.pk)
    stale = stale_note(reading, stamp_facts(campaign=batch.campaign, village=batch.village, reading=reading))
    _keep(run, batch, reading, checked, [*stale, *same, *checked.notes])
    open_cases(batch=batch, numbers=receipts_of(reading), actor=batch.uploaded_by)
    record_probe(
        misses=len(facts.withheld),
        rows=total,
        what=f"台账 {batch.pk}",
        actor=batch.uploaded_by,
        region=batch.village_id,
        batch=f"ledger-{batch.pk}",
    )
    return f"{total} 行已核对"


@transaction.atomic
def _refuse(run: jobs.Run, batch: LedgerBatch, error: reader.SheetError) -> None:
    run.assert_owner()
    LedgerBatch.objects.filter(pk=batch.pk, state=State.READING).update(
        state=State.REFUSED, file_error={"code": error.code, "message": error.message}
    )
    if error.is_row_limit:
        record_oversized(
            what=f"台账 {batch.pk}",
            reason=error.message,
            actor=batch.uploaded_by,
            region=batch.village_id,
            batch=f"ledger-{batch.pk}",
        )


def _keep(
    run: jobs.Run, batch: LedgerBatch, reading: LedgerReading, checked: CheckedLedger, notes: list[FileNote]
) -> None:
    """Stores the rows in chunks and shows the batch when they are all there."""
    with transaction.atomic():
        run.assert_owner()
        LedgerRow.objects.filter(batch=batch).delete()
    rows = checked.rows
    for start in range(0, len(rows), CHUNK):
        with transaction.atomic():
            run.assert_owner()
            insert_objects(_stored(batch, row) for row in rows[start : start + CHUNK])
        run.progress(min(start + CHUNK, len(rows)), len(rows), "正在保存核对结果")
    with transaction.atomic():
        run.assert_owner()
        titles = {column.key: column.title for column in COLUMNS}
        LedgerBatch.objects.filter(pk=batch.pk, state=State.READING).update(
            state=State.CHECKED,
            sheet=reading.sheet[:60],
            header_row=reading.header.row,
            columns={key: {"at": at, "title": titles[key]} for key, at in reading.header.columns.items()},
            unpaid=len(reading.unpaid),
            warnings=[{"code": note.code, "message": note.message} for note in notes],
        )


def _stored(batch: LedgerBatch, row: Row) -> LedgerRow:
    kept = LedgerRow(
        batch=batch,
        number=row.number,
        raw={key: reader.to_json(cell) for key, cell in row.line.cells.items()},
    )
    put_verdict(kept, row)
    return kept


def reading_of(rows: Iterable[LedgerRow]) -> LedgerReading:
    """Return stored rows as the reading they came from, with what people decided about them."""
    lines = [
        LedgerLine(
            row.number,
            {key: reader.from_json(value) for key, value in row.raw.items()},
            household=row.household,
            decisions=tuple(row.decisions),
            held=(row.held["column"], row.held["code"], row.held["message"]) if row.held else None,
        )
        for row in rows
    ]
    return LedgerReading("", "", Header(0, 0, {}, {}), lines=lines)


def put_verdict(kept: LedgerRow, row: Row) -> None:
    """Writes what the checker found into a row, unsaved."""
    kept.name, kept.id_number, kept.amount = row.name, row.id_number, row.amount
    kept.paid_on, kept.receipt_no, kept.category = row.paid_on, row.receipt_no, row.category[:40]
    kept.household, kept.phone = row.household, row.phone
    kept.state = RowState.RECORDED if row.recorded else RowState.GOOD if row.is_good else RowState.BAD
    kept.problems = [_remark(p) for p in row.problems[:MOST_PROBLEMS_KEPT]]
    kept.warnings = [_remark(w) for w in row.warnings[:MOST_PROBLEMS_KEPT]]


#: What a verdict fills; the fields to save after `put_verdict`.
VERDICT_FIELDS = (
    "name",
    "id_number",
    "amount",
    "paid_on",
    "receipt_no",
    "category",
    "household",
    "phone",
    "state",
    "problems",
    "warnings",
)


def _remark(remark: RowRemark) -> dict[str, Any]:
    return {"column": remark.column, "code": remark.code, "message": remark.message}
