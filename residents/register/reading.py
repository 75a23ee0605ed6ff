"""The job that reads and checks a register file: stage what is new or changed, keep the problems."""

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Q

from config import clock
from core.database.bulk import analyze_table
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.selectors import region_names
from core.tables import reader as sheets
from core.tables.blocks import Block
from core.tables.lists import ListNote, ListReader
from residents.people.disclosure import record_probe
from residents.register import rows as register_rows
from residents.register.matching import match_staged
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow
from residents.register.staging import Staging

#: Rows that are checked together where a file does not come in columns.
CHUNK = 10_000
State = RegisterBatch.State


@jobs.handler("register.read")
def read_batch(run: jobs.Run) -> str:
    """Reads and checks the file of a batch; stages what is new or changed, and keeps the problems."""
    batch = RegisterBatch.objects.select_related("attachment", "county", "uploaded_by").get(pk=run.args["batch"])
    if batch.state != State.READING:
        return ""
    _forget(batch)
    try:
        counts, notes = stage_file(run, batch, Path(batch.attachment.file.path))
    except (sheets.SheetError, Refused) as error:
        RegisterBatch.objects.filter(pk=batch.pk).update(state=State.REFUSED, problem=str(error)[:300])
        raise jobs.JobFailed(str(error)) from error
    with transaction.atomic():
        run.assert_owner()
        says = "".join(note.message for note in notes)[:300]
        RegisterBatch.objects.filter(pk=batch.pk).update(state=State.CHECKED, problem=says, **counts)
    return f"读完 {counts['rows']} 行，有问题 {counts['bad']} 行"


def _forget(batch: RegisterBatch) -> None:
    """What a broken reading left behind."""
    for model in (RegisterRow, RegisterProblem):
        model.objects.filter(batch=batch)._raw_delete(using="default")


def register_table() -> ListReader:
    """The reader of one register."""
    return ListReader(register_rows.COLUMNS, register_rows.NEEDED)


def stage_file(
    run: jobs.Watch, batch: RegisterBatch, path: Path, table: ListReader | None = None
) -> tuple[dict[str, int], list[ListNote]]:
    """Read and check the file, stage what is new or changed and keep the problems; return the counts and notes."""
    table = table or register_table()
    reader = register_rows.RowReader({}, region_names(batch.county_id), clock.today())
    staging = Staging(run, batch, reader)
    for columns, sheet, block in _blocks(table, path):
        reader.columns, staging.sheet = columns, sheet
        staging.add(block)
        run.progress(staging.rows, 0, f"已核对 {staging.rows} 行，有问题 {staging.bad} 行")
    if not table.found_heading:
        missing = "、".join(table.missing())
        raise Refused(
            f"没有找到表头，或表头缺少“{missing}”。表里要有“姓名、身份证号码、行政村”几栏，请补上标题行后重新上传。"
        )
    if not staging.rows:
        raise Refused("表头下面没有人员，请检查文件。")
    analyze_table(RegisterRow)
    run.progress(staging.rows, staging.rows, f"已读完 {staging.rows} 行，正在与登记册核对")
    misses = match_staged(run, batch, staging)
    record_probe(
        misses=misses,
        rows=staging.rows,
        what=f"居民登记册 {batch.attachment.name}",
        actor=batch.uploaded_by,
        region=batch.county_id,
        batch=f"register-{batch.pk}",
    )
    return _counts(batch, staging), table.notes()


def _blocks(table: ListReader, path: Path) -> Iterator[tuple[dict[str, int], str, Block]]:
    """The rows of the file in blocks, each with where its columns are and the name of its sheet."""
    columns: dict[str, int] = {}
    sheet = ""
    pending: list[sheets.Row] = []
    for header, part in table.parts(sheets.stream(path, in_columns=True)):
        if pending and (isinstance(part, Block) or header.columns is not columns or len(pending) >= CHUNK):
            yield columns, sheet, Block.of_rows(pending)
            pending = []
        columns, sheet = header.columns, table.sheet_name[:60]
        if isinstance(part, Block):
            yield columns, sheet, part
        else:
            pending += part
    if pending:
        yield columns, sheet, Block.of_rows(pending)


def _counts(batch: RegisterBatch, staging: Staging) -> dict[str, int]:
    waiting = batch.staged.aggregate(
        new=Count("id", filter=Q(is_new=True)), changed=Count("id", filter=Q(is_new=False))
    )
    unchanged = staging.rows - staging.bad - waiting["new"] - waiting["changed"]
    return {**waiting, "rows": staging.rows, "bad": staging.bad, "unchanged": unchanged}
