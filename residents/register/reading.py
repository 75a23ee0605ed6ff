"""The job that reads and checks a register file: stage what is new or changed, keep the problems."""

import json
from pathlib import Path

from django.db import connection, transaction

from config import clock
from core.database.copy import load_rows
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.selectors import region_names
from core.tables import reader as sheets
from core.tables.lists import ListNote, ListReader
from residents.people.disclosure import record_probe
from residents.register import rows as register_rows
from residents.register.matching import Matcher
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow
from residents.register.selectors import COMPARED

#: Rows a transaction: on SQLite a writer keeps all others waiting, so its turns are short.
CHUNK = 10_000 if connection.vendor == "postgresql" else 2_000
#: Problems kept and shown; a file with more of them is the wrong file.
MOST_PROBLEMS = 20_000
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


def _forget(batch) -> None:
    """What a broken reading left behind."""
    for model in (RegisterRow, RegisterProblem):
        model.objects.filter(batch=batch)._raw_delete(using="default")


def stage_file(run: jobs.Run, batch: RegisterBatch, path: Path) -> tuple[dict[str, int], list[ListNote]]:
    """Read and check the file, stage what is new or changed and keep the problems; return the counts and notes."""
    table = ListReader(register_rows.COLUMNS, register_rows.NEEDED)
    reader = register_rows.RowReader({}, region_names(batch.county_id), clock.today())
    matcher = Matcher(batch.county_id, batch.uploaded_by.scope_prefix)
    counts, pending, sheet = dict.fromkeys(("rows", "new", "changed", "unchanged", "bad"), 0), [], ""
    for header, rows in table.blocks(sheets.stream(path)):
        if reader.columns is not header.columns:
            _stage(run, batch, reader, matcher, pending, counts, sheet)
            reader.columns, pending, sheet = header.columns, [], table.sheet_name[:60]
        pending += rows
        if len(pending) >= CHUNK:
            _stage(run, batch, reader, matcher, pending, counts, sheet)
            pending = []
            run.progress(counts["rows"], 0, f"已核对 {counts['rows']} 行，有问题 {counts['bad']} 行")
    if not table.found_heading:
        missing = "、".join(table.missing())
        raise Refused(
            f"没有找到表头，或表头缺少“{missing}”。表里要有“姓名、身份证号码、行政村”几栏，请补上标题行后重新上传。"
        )
    _stage(run, batch, reader, matcher, pending, counts, sheet)
    if not counts["rows"]:
        raise Refused("表头下面没有人员，请检查文件。")
    record_probe(
        misses=matcher.misses,
        rows=counts["rows"],
        what=f"居民登记册 {batch.attachment.name}",
        actor=batch.uploaded_by,
        region=batch.county_id,
        batch=f"register-{batch.pk}",
    )
    return counts, table.notes()


def _stage(
    run: jobs.Run,
    batch: RegisterBatch,
    reader: register_rows.RowReader,
    matcher: Matcher,
    rows: list[tuple[int, list[sheets.Cell]]],
    counts: dict[str, int],
    sheet: str,
) -> None:
    """Check a chunk of rows, match them with the register, and keep what is new, changed or wrong."""
    people, problems = [], []
    for number, cells in rows:
        if not any(cell not in (None, "") for cell in cells):
            continue
        counts["rows"] += 1
        answer = reader.read(number, cells)
        if isinstance(answer, list):
            problems.append(answer)
        else:
            people.append(answer)
    staged = []
    for matched in matcher.match(people):
        person, before = matched.person, matched.before
        if matched.problem:
            problems.append([matched.problem])
            continue
        changes = _changes(person, before) if before else None
        if changes == {} and not person.years:
            counts["unchanged"] += 1
            continue
        counts["changed" if before else "new"] += 1
        staged.append(_staged(batch, person, is_new=before is None, before=changes))
    kept = [problem for found in problems for problem in found][: max(MOST_PROBLEMS - counts["bad"], 0)]
    counts["bad"] += len(problems)
    with transaction.atomic():
        run.assert_owner()
        load_rows(RegisterRow, _STAGED, staged)
        RegisterProblem.objects.bulk_create(
            [
                RegisterProblem(
                    batch=batch,
                    sheet=sheet,
                    number=p.number,
                    name=p.name,
                    column=p.column,
                    code=p.code,
                    found=p.found,
                    message=p.message,
                )
                for p in kept
            ],
            batch_size=1000,
        )


_STAGED = (
    "batch",
    "number",
    "is_new",
    "village_code",
    "household",
    "head_name",
    "name",
    "document_type",
    "id_number",
    "birth_date",
    "sex",
    "phone",
    "address",
    "years",
    "before",
)


def _staged(batch, person, *, is_new, before) -> tuple:
    return (
        batch.pk,
        person.number,
        is_new,
        person.village_code,
        person.household,
        person.name if person.is_head else "",
        person.name,
        person.document_type,
        person.id_number,
        person.birth_date,
        person.sex,
        person.phone,
        person.address,
        person.years,
        json.dumps(before, ensure_ascii=False) if before is not None else None,
    )


def _changes(person, before) -> dict:
    """What the row would change of a known resident: the old values. An empty cell changes nothing."""
    new = {
        "name": person.name,
        "village_id": person.village_code,
        "phone": person.phone,
        "address": person.address,
        "household__number": person.household,
    }
    return {key: before[key] or "" for key in COMPARED if new[key] and new[key] != (before[key] or "")}
