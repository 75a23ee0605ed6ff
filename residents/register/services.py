"""The county's register of residents from a file: read and check → preview → confirm → chunked writing.

Both halves are jobs. Reading starts over when it is broken off; writing goes on where it stopped, because a staged row
disappears in the transaction that writes it. Nobody is removed for missing from a file, and statuses are not touched.
"""

import json

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q

from config import clock
from core.access import masks
from core.audit import services as audit
from core.database.copy import load_rows
from core.files.models import Attachment
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions import services as regions
from core.regions.models import Region
from core.regions.names import written_region_names
from core.tables import headings
from core.tables import reader as sheets
from residents.people.models import InsuredYear, Resident
from residents.register import rows as register_rows
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow
from residents.register.sql import WRITE_HOUSEHOLDS, WRITE_RESIDENTS

#: Rows a transaction: on SQLite a writer keeps all others waiting, so its turns are short.
CHUNK = 10_000 if connection.vendor == "postgresql" else 2_000
#: Problems kept and shown; a file with more of them is the wrong file.
MOST_PROBLEMS = 20_000
State = RegisterBatch.State


@transaction.atomic
def start_reading(*, attachment: Attachment, county: Region, actor) -> RegisterBatch:
    """A batch for an uploaded file, read by a worker. The same file waiting already is that batch."""
    same = RegisterBatch.objects.filter(
        county=county, attachment__sha256=attachment.sha256, state__in=[State.READING, State.CHECKED, State.CONFIRMING]
    ).first()
    if same and same.state != State.READING:
        return same
    batch = same
    if batch is None:
        batch = RegisterBatch.objects.create(
            county=county, attachment=attachment, uploaded_by=actor, uploaded_at=clock.now()
        )
        audit.record("register.upload", actor=actor, obj=batch, summary=f"上传居民登记册 {attachment.name}")
    # A reading that failed for good is tried again by uploading the file again; one that is under way is left alone.
    jobs.enqueue("register.read", actor=actor, key=f"register.read:{batch.pk}", region=county.code, batch=batch.pk)
    return batch


@transaction.atomic
def start_writing(*, batch: RegisterBatch, actor) -> RegisterBatch:
    """Confirms what was checked; the good rows are written by a worker. A second click changes nothing."""
    regions.lock_region(batch.county)
    batch = RegisterBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.CONFIRMED:
        return batch
    if batch.state == State.CONFIRMING:
        return _put_to_writing(batch, actor)
    if batch.state != State.CHECKED:
        raise Refused("这一批还不能写入，请等读取完成。")
    _follow_moved_villages(batch)
    batch.state, batch.confirmed_by, batch.confirmed_at = State.CONFIRMING, actor, clock.now()
    batch.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    audit.record(
        "register.confirm",
        actor=actor,
        obj=batch,
        batch=f"register-{batch.pk}",
        summary=f"确认写入居民登记册：新登记 {batch.new} 人，变更 {batch.changed} 人",
        after={"new": batch.new, "changed": batch.changed, "sha256": batch.attachment.sha256},
    )
    return _put_to_writing(batch, actor)


def _follow_moved_villages(batch) -> None:
    """A village that was moved since the file was read took its people along."""
    moved = Region.objects.in_region(batch.county_id).filter(replaced_by__isnull=False)
    for village in moved.order_by("replaced_at"):
        batch.staged.filter(village_code=village.pk).update(village_code=village.replaced_by_id)


def _put_to_writing(batch, actor) -> RegisterBatch:
    """In the queue once: a writing that failed for good goes on by confirming again."""
    jobs.enqueue(
        "register.write", actor=actor, key=f"register.write:{batch.pk}", region=batch.county_id, batch=batch.pk
    )
    return batch


@jobs.handler("register.read")
def read_batch(run: jobs.Run) -> str:
    """Reads and checks the file of a batch; stages what is new or changed, and keeps the problems."""
    batch = RegisterBatch.objects.select_related("attachment", "county").get(pk=run.args["batch"])
    if batch.state != State.READING:
        return ""
    _forget(batch)
    try:
        counts = _read(run, batch)
    except (sheets.SheetError, Refused) as error:
        RegisterBatch.objects.filter(pk=batch.pk).update(state=State.REFUSED, problem=str(error)[:300])
        raise jobs.JobFailed(str(error)) from error
    with transaction.atomic():
        run.confirm_ours()
        RegisterBatch.objects.filter(pk=batch.pk).update(state=State.CHECKED, **counts)
    return f"读完 {counts['rows']} 行，有问题 {counts['bad']} 行"


def _forget(batch) -> None:
    """What a broken reading left behind."""
    for model in (RegisterRow, RegisterProblem):
        model.objects.filter(batch=batch)._raw_delete(using="default")


def _read(run, batch) -> dict:
    reader, counts, pending = None, dict.fromkeys(("rows", "new", "changed", "unchanged", "bad"), 0), []
    for piece in sheets.stream(batch.attachment.file.path):
        if not piece.rows:
            continue
        rows = piece.rows
        if reader is None:
            header = headings.find(piece, register_rows.COLUMNS, register_rows.NEEDED)
            if header is None or any(key not in header.columns for key in register_rows.NEEDED):
                raise Refused("没有找到表头。表里要有“姓名、身份证号码、行政村”几栏，请补上标题行后重新上传。")
            reader = register_rows.RowReader(header.columns, village_names(batch.county_id), clock.today())
            rows = [row for row in rows if row[0] > header.row]
        pending += rows
        if len(pending) >= CHUNK:
            _stage(run, batch, reader, pending, counts)
            pending = []
            run.progress(counts["rows"], 0, f"已核对 {counts['rows']} 行，有问题 {counts['bad']} 行")
    if reader is None:
        raise Refused("表里没有内容，请检查文件。")
    _stage(run, batch, reader, pending, counts)
    if not counts["rows"]:
        raise Refused("表头下面没有人员，请检查文件。")
    return counts


def _stage(run, batch, reader, rows, counts) -> None:
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
    known = _known([person.id_number for person in people])
    staged = []
    for person in people:
        before = known.get(person.id_number)
        if before and not before["village_id"].startswith(batch.county_id):
            problems.append([_elsewhere(person)])
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
        run.confirm_ours()
        load_rows(RegisterRow, _STAGED, staged)
        RegisterProblem.objects.bulk_create(
            [
                RegisterProblem(
                    batch=batch,
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


_COMPARED = ("name", "village_id", "phone", "address", "household__number")


def _known(wanted: list[str]) -> dict[str, dict]:
    """Who of these numbers is registered, in any county: number → what a row could change."""
    found = {}
    if not Resident.objects.exists():
        return found
    for start in range(0, len(wanted), 2000):
        rows = Resident.objects.filter(id_number__in=wanted[start : start + 2000])
        found |= {row["id_number"]: row for row in rows.values("id_number", *_COMPARED)}
    return found


def _changes(person, before) -> dict:
    """What the row would change of a known resident: the old values. An empty cell changes nothing."""
    new = {
        "name": person.name,
        "village_id": person.village_code,
        "phone": person.phone,
        "address": person.address,
        "household__number": person.household,
    }
    return {key: before[key] or "" for key in _COMPARED if new[key] and new[key] != (before[key] or "")}


def _elsewhere(person):
    return register_rows.Problem(
        person.number,
        person.name,
        "证件号码",
        "other_county",
        masks.mask(person.id_number),
        "这个号码已在外县登记。请先由原登记地办理迁出，再在本县登记。",
    )


def village_names(county_code: str) -> dict[tuple[str, str], str]:
    """(township name, village name), ("", village name) and ("", code) → code; "" where a name is not enough."""
    found: dict[tuple[str, str], str] = {}
    rows = Region.objects.in_region(county_code).filter(level=Region.Level.VILLAGE, replaced_by=None)
    for village in rows.select_related("parent"):
        for name in written_region_names(village.name):
            for township in {*written_region_names(village.parent.name), ""}:
                key = (township, name)
                found[key] = village.code if found.get(key, village.code) == village.code else ""
        found["", village.code] = village.code
    return found


@jobs.handler("register.write")
def write_batch(run: jobs.Run) -> str:
    """Writes the staged rows of a confirmed batch, a chunk a transaction."""
    batch = RegisterBatch.objects.select_related("confirmed_by").get(pk=run.args["batch"])
    total, last = batch.new + batch.changed, 0
    while batch.state == State.CONFIRMING:
        with transaction.atomic():
            run.confirm_ours()
            chunk = _next_chunk(batch, after=last)
            if not chunk["rows"]:
                RegisterBatch.objects.filter(pk=batch.pk).update(state=State.CONFIRMED)
                break
            chunk["rows"] -= _leave_changed(batch, chunk)
            _write_chunk(batch, chunk)
            batch.written, last = batch.written + chunk["rows"], chunk["last"]
            RegisterBatch.objects.filter(pk=batch.pk).update(written=batch.written)
        run.progress(batch.written, total, f"已写入 {batch.written} 人")
    return f"写入 {batch.written} 人"


def _next_chunk(batch, after: int) -> dict:
    """What is written next: the first and last id, how many rows, how many are of people who are new or tell insured
    years, and from which line of the file to which."""
    return (
        batch.staged.filter(id__gt=after)
        .order_by("id")[:CHUNK]
        .aggregate(
            first=Min("id"),
            last=Max("id"),
            rows=Count("id"),
            new=Count("id", filter=Q(is_new=True)),
            with_years=Count("id", filter=~Q(years="")),
            first_line=Min("number"),
            last_line=Max("number"),
        )
    )


def _leave_changed(batch, chunk: dict) -> int:
    """Takes out the rows of people whose record was changed since the file was read: they would take back what nobody
    was shown. They become problems of the batch; returns how many."""
    if chunk["new"] == chunk["rows"]:
        return 0
    rows = list(batch.staged.filter(id__range=(chunk["first"], chunk["last"]), is_new=False).order_by("id").values())
    people = Resident.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    now = {}
    for start in range(0, len(rows), 2000):
        known = people.filter(id_number__in=[row["id_number"] for row in rows[start : start + 2000]])
        now |= {person["id_number"]: person for person in known.values("id_number", *_COMPARED)}
    left = [row for row in rows if not _is_as_read(row, now.get(row["id_number"]))]
    for start in range(0, len(left), 500):
        batch.staged.filter(pk__in=[row["id"] for row in left[start : start + 500]]).delete()
    RegisterProblem.objects.bulk_create(
        [
            RegisterProblem(
                batch=batch,
                number=row["number"],
                name=row["name"],
                column="登记信息",
                code="changed_meanwhile",
                message="读取以后有人改过这个人的登记，这一行没有写入。请核对后重新上传这一行。",
            )
            for row in left
        ],
        batch_size=1000,
    )
    if left:
        batch.changed, batch.bad = batch.changed - len(left), batch.bad + len(left)
        batch.save(update_fields=["changed", "bad"])
    return len(left)


def _is_as_read(row: dict, now: dict | None) -> bool:
    """Whether each thing that the row tells is now what it was when the file was read, or what the row says."""
    if now is None:
        return False
    told = {key: row[field] for key, (_, field) in _IN_EVENTS.items() if row[field]}
    before = row["before"] or {}
    return all((now[key] or "") in (before.get(key, value), value) for key, value in told.items())


def _write_chunk(batch, chunk: dict) -> None:
    rows = batch.staged.filter(id__range=(chunk["first"], chunk["last"]))
    facts = {"batch": batch.pk, "first": chunk["first"], "last": chunk["last"], "on": clock.today()}
    with connection.cursor() as cursor:
        cursor.execute(WRITE_HOUSEHOLDS, facts)
        cursor.execute(WRITE_RESIDENTS, facts)
    years = _add_years(rows) if chunk["with_years"] else {}
    _record_changes(batch, rows, chunk, years)
    rows._raw_delete(using="default")


#: What a row can change, as it is called in an audit event, and the row's own field.
_IN_EVENTS = {
    "name": ("name", "name"),
    "village_id": ("village", "village_code"),
    "phone": ("phone", "phone"),
    "address": ("address", "address"),
    "household__number": ("household", "household"),
}


def _record_changes(batch, rows, chunk: dict, years: dict[str, list[int]]) -> None:
    """One event a changed person, with before and after; one a chunk for those who are new (docs/decisions/audit.md).

    `years`: id number → the insured years that were not known before.
    """
    changed = list(rows.filter(is_new=False).values()) if chunk["new"] < chunk["rows"] else []
    ids = dict(
        Resident.objects.filter(id_number__in=[row["id_number"] for row in changed]).values_list("id_number", "pk")
    )
    batch_name = f"register-{batch.pk}"
    events = []
    for row in changed:
        before = {_IN_EVENTS[key][0]: value for key, value in (row["before"] or {}).items()}
        after = {_IN_EVENTS[key][0]: row[_IN_EVENTS[key][1]] for key in row["before"] or {}}
        if "phone" in before:
            before["phone"], after["phone"] = (masks.mask_phone(one["phone"]) for one in (before, after))
        if row["id_number"] in years:
            after["insured_years"] = years[row["id_number"]]
        if after and row["id_number"] in ids:
            events.append(
                audit.event(
                    "resident.update",
                    actor=batch.confirmed_by,
                    object_type="resident",
                    object_id=ids[row["id_number"]],
                    region=row["village_code"],
                    summary=f"登记册更新：{row['name']}",
                    before=before,
                    after=after,
                    batch=batch_name,
                )
            )
    if new := chunk["new"]:
        lines = f"表中第{chunk['first_line']}至{chunk['last_line']}行"
        events.append(
            audit.event(
                "resident.register",
                actor=batch.confirmed_by,
                object_type="registerbatch",
                object_id=batch.pk,
                region=batch.county_id,
                summary=f"登记册新登记 {new} 人（{lines}）",
                batch=batch_name,
            )
        )
    audit.record_all(events)


def _add_years(rows) -> dict[str, list[int]]:
    """Adds the insured years that the rows tell; answers id number → what was new, of people known before."""
    told = list(rows.exclude(years="").values_list("id_number", "years", "is_new"))
    ids = dict(Resident.objects.filter(id_number__in=[n for n, _, _ in told]).values_list("id_number", "pk"))
    known = set(
        InsuredYear.objects.filter(resident_id__in=[ids[n] for n, _, is_new in told if not is_new]).values_list(
            "resident_id", "year"
        )
    )
    fresh = {
        number: [year for year in map(int, years.split(",")) if (ids[number], year) not in known]
        for number, years, _ in told
    }
    InsuredYear.objects.bulk_create(
        [
            InsuredYear(resident_id=ids[number], year=year, source="居民登记册")
            for number, years in fresh.items()
            for year in years
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    return {number: fresh[number] for number, _, is_new in told if fresh[number] and not is_new}
