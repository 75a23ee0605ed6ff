"""The job that writes the staged rows of a confirmed register file, a chunk a transaction."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from config import clock
from core.access import masks
from core.access.scope import ScopedQuerySet
from core.audit import services as audit
from core.database.bulk import analyze_table
from core.database.first_load import is_first_load, without_indexes
from core.jobs import services as jobs
from residents.people import facts as facts_of_people
from residents.people.facts import FactChange, FactKind
from residents.people.models import Household, InsuredYear, Resident
from residents.register import sql
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow
from residents.register.selectors import COMPARED
from residents.register.services import is_lost, read_again

#: Rows a transaction: on SQLite a writer keeps all others waiting, so its turns are short.
CHUNK = 10_000 if connection.vendor == "postgresql" else 2_000
State = RegisterBatch.State


@jobs.handler("register.write")
def write_batch(run: jobs.Run) -> str:
    """Writes the staged rows of a confirmed batch: a chunk a transaction, into an empty register all in one."""
    batch = RegisterBatch.objects.select_related("confirmed_by").get(pk=run.args["batch"])
    if batch.state == State.CONFIRMING and is_lost(batch):
        raise jobs.JobFailed(read_again(batch, actor=batch.confirmed_by))
    if batch.state == State.CONFIRMING and is_first_load(Resident, Household, InsuredYear):
        run.progress(0, batch.new, f"正在一次写入 {batch.new} 人，请稍候")
        with transaction.atomic():
            _write_next(run, batch, is_first=True)
    total, last = batch.new + batch.changed, 0
    while batch.state == State.CONFIRMING:
        with transaction.atomic():
            last = _write_next(run, batch, after=last)
        run.progress(batch.written, total, f"已写入 {batch.written} 人")
    jobs.enqueue("names.learn", actor=None, key="names.learn")
    return f"写入 {batch.written} 人"


def _write_next(run: jobs.Run, batch: RegisterBatch, *, after: int = 0, is_first: bool = False) -> int:
    """Write the next chunk, or everything if it is the first of an empty register; return the last row's id."""
    run.assert_owner()
    chunk = _next_chunk(batch, after=after, size=None if is_first else CHUNK)
    if not chunk["rows"]:
        batch.state = State.CONFIRMED
        RegisterBatch.objects.filter(pk=batch.pk).update(state=batch.state)
        return after
    chunk["rows"] -= _leave_changed(batch, chunk)
    _write_chunk(batch, chunk, is_first=is_first)
    batch.written += chunk["rows"]
    RegisterBatch.objects.filter(pk=batch.pk).update(written=batch.written)
    return int(chunk["last"])


def _next_chunk(batch: RegisterBatch, *, after: int, size: int | None) -> dict[str, int]:
    """What is written next: the first and last id, how many rows, how many are of people who are new or tell insured
    years, and from which line of the file to which."""
    return (
        batch.staged.filter(id__gt=after)
        .order_by("id")[:size]
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


def _leave_changed(batch: RegisterBatch, chunk: dict[str, Any]) -> int:
    """Takes out the rows of people whose record was changed since the file was read: they would take back what nobody
    was shown. They become problems of the batch; returns how many."""
    if chunk["new"] == chunk["rows"]:
        return 0
    rows = list(batch.staged.filter(id__range=(chunk["first"], chunk["last"]), is_new=False).order_by("id").values())
    people = Resident.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    now: dict[str, Mapping[str, object]] = {}
    for start in range(0, len(rows), 2000):
        known = people.filter(id_number__in=[row["id_number"] for row in rows[start : start + 2000]])
        now |= {person["id_number"]: person for person in known.values("id_number", *COMPARED)}
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


def _is_as_read(row: Mapping[str, Any], now: Mapping[str, object] | None) -> bool:
    """Whether each thing that the row tells is now what it was when the file was read, or what the row says."""
    if now is None:
        return False
    told = {key: row[field] for key, (_, field) in _IN_EVENTS.items() if row[field]}
    before = row["before"] or {}
    return all((now[key] or "") in (before.get(key, value), value) for key, value in told.items())


#: Younger people may be insured without a fee for their age (subsidies/policy).
CHILDHOOD = timedelta(days=7 * 366)


def _write_chunk(batch: RegisterBatch, chunk: dict[str, int], *, is_first: bool = False) -> None:
    rows = batch.staged.filter(id__range=(chunk["first"], chunk["last"]))
    facts: dict[str, int | date] = {
        "batch": batch.pk,
        "first": chunk["first"],
        "last": chunk["last"],
        "on": clock.today(),
    }
    if is_first:
        with without_indexes(Resident, Household, InsuredYear), connection.cursor() as cursor:
            for statement in (sql.INSERT_HOUSEHOLDS, sql.INSERT_RESIDENTS, sql.INSERT_YEARS):
                cursor.execute(statement, facts)
        analyze_table(Resident)
    else:
        with connection.cursor() as cursor:
            cursor.execute(sql.INSERT_HOUSEHOLDS + sql.OR_RENAME, facts)
            cursor.execute(sql.INSERT_RESIDENTS + sql.OR_UPDATE, facts)
            cursor.execute(sql.INSERT_YEARS, facts)
    years = _add_years(rows.filter(is_new=False)) if chunk["with_years"] else {}
    _record_changes(batch, rows, chunk, years)
    if facts_of_people.is_wanted(FactKind.REGISTERED) and chunk["new"]:
        _tell_of_newcomers(batch, rows)
    rows._raw_delete(using="default")


def _tell_of_newcomers(batch: RegisterBatch, rows: QuerySet[RegisterRow]) -> None:
    """Tell of the children: nothing follows from it that an adult is registered, and half a million may be."""
    since = clock.today() - CHILDHOOD
    numbers = rows.filter(is_new=True, birth_date__gte=since).values("id_number")
    people = Resident.objects.filter(id_number__in=numbers, register_batch=batch).values_list("pk", "village_id")
    changes = [FactChange(pk, FactKind.REGISTERED, None, village) for pk, village in people]
    facts_of_people.record_facts(changes, actor=batch.confirmed_by, batch=f"register-{batch.pk}")


#: What a row can change, as it is called in an audit event, and the row's own field.
_IN_EVENTS = {
    "name": ("name", "name"),
    "village_id": ("village", "village_code"),
    "phone": ("phone", "phone"),
    "address": ("address", "address"),
    "household__number": ("household", "household"),
}


def _record_changes(
    batch: RegisterBatch, rows: ScopedQuerySet, chunk: dict[str, Any], years: dict[str, list[int]]
) -> None:
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
    changes = [change for row in changed if row["id_number"] in ids for change in _facts(row, ids, years)]
    facts_of_people.record_facts(changes, actor=batch.confirmed_by, batch=batch_name)


def _facts(row: dict[str, Any], ids: dict[str, int], years: dict[str, list[int]]) -> list[FactChange]:
    """What the row changed of somebody known before."""
    pk, before = ids[row["id_number"]], row["before"] or {}
    changes = [
        FactChange(pk, kind, before[key], row[_IN_EVENTS[key][1]]) for key, kind in _FACTS.items() if key in before
    ]
    if added := years.get(row["id_number"]):
        changes.append(FactChange(pk, FactKind.INSURED_YEARS, (), tuple(added)))
    return changes


_FACTS = {"name": FactKind.NAME, "village_id": FactKind.VILLAGE}


def _add_years(rows: QuerySet[RegisterRow]) -> dict[str, list[int]]:
    """Add the insured years that rows of known people tell; return id number → those that were new."""
    told = list(rows.exclude(years="").values_list("id_number", "years"))
    ids = dict(Resident.objects.filter(id_number__in=[n for n, _ in told]).values_list("id_number", "pk"))
    known = set(InsuredYear.objects.filter(resident_id__in=ids.values()).values_list("resident_id", "year"))
    fresh = {
        number: [year for year in map(int, years.split(",")) if (ids[number], year) not in known]
        for number, years in told
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
    return {number: added for number, added in fresh.items() if added}
