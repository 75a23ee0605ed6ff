"""Status lists from departments: read, match within what the sender may know, preview, and apply by a worker.

Silence has no consequence here: who is missing from a list keeps their status.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, chunks, rows_a_transaction
from core.files.models import Attachment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.tables import headings, reader
from core.tables.cells import cell_text
from core.tables.dates import FIRST_BIRTH, read_date
from core.tables.footings import is_nobody
from core.tables.lists import ListNote, ListReader, ListRow
from residents.people import id_numbers, names
from residents.people.disclosure import WITHHELD, WITHHELD_CODE, Disclosure, disclose, record_probe
from residents.people.models import Resident, StatusEntry
from residents.statuses import rules
from residents.statuses.rules import RegisteredStatuses
from residents.statuses.selectors import standings
from residents.statuses.services import LABELS, NewStatus, set_statuses

COLUMNS = (
    headings.Column("name", "姓名", ("姓名",), parts=("姓名",)),
    headings.Column(
        "id_number", "证件号码", ("证件号码", "身份证号码", "身份证号", "身份证"), parts=("身份证", "证件号")
    ),
    headings.Column(
        "since",
        "日期",
        ("日期", "起始日期", "死亡日期", "迁出日期", "参保日期"),
        parts=("日期", "时间"),
        never=("出生",),
    ),
    headings.Column("source", "依据", ("依据", "文号", "证明"), parts=("依据", "证明")),
)
NEEDED = ("id_number", "since")
#: Larger files are read by a worker, with progress: some 4,000 rows of xlsx are read in less than a second.
READ_AT_ONCE = 150_000
#: Rows shown before a list is confirmed, those with problems first; the marked workbook holds all of them.
ROWS_SHOWN = 500
Progress = Callable[[int, int, str], None]
_SOURCE_LENGTH = StatusEntry._meta.get_field("source").max_length or 0


class StatusListError(Exception):
    """The file gives no list; the text says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not taken: the column's title, a code for programs, and the sentence for the screen."""

    column: str
    code: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass
class StatusRow:
    """One row: who, since when, on what ground, whose record it is, and what is wrong with it."""

    number: int
    name: str
    id_number: str
    since: date | None
    source: str
    resident: Resident | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def masked(self) -> str:
        return masks.mask(self.id_number)

    def refuse(self, column: str, code: str, message: str) -> None:
        self.problems.append(Problem(column, code, message))


@dataclass
class StatusList:
    """The rows of a list and where they stood; `withheld` counts claims about people the sender may not know of."""

    sheet: str
    header_row: int
    rows: list[StatusRow]
    withheld: int = 0
    notes: list[ListNote] = field(default_factory=list)


def _silent(done: int, total: int, message: str) -> None:
    """The progress of what nobody waits for."""


def read_status_list(
    path: Path, *, scope: str, source: str, status: str = "", progress: Progress = _silent
) -> StatusList:
    """Read and match all rows. `scope`: the sender's region. `status`: what would be set, if that is known yet."""
    table = ListReader(COLUMNS, NEEDED, one_sheet=True, hidden_rows_are="没有登记。确要登记的请取消隐藏后重新上传。")
    pieces = jobs.report_rows(reader.stream(path, limits=reader.COUNTY_LIST), progress)
    listed = (row for row in table.rows(pieces) if not is_nobody(row.cells.get("name"), row.cells["id_number"]))
    rows = [_row(row, source) for row in listed]
    if not table.found_heading:
        raise StatusListError("没有找到表头。表里要有“姓名、身份证号码、日期”几栏，请补上后重新上传。")
    if not rows:
        raise StatusListError("表头下面没有人员，请检查文件。")
    progress(0, len(rows), f"正在核对 {len(rows)} 人")
    known = disclose([(row.id_number, row.name) for row in rows if not row.problems], scope=scope)
    _match(rows, known, scope, status)
    return StatusList(table.sheet_name, table.last_row or 0, rows, known.misses, table.notes())


def _row(listed: ListRow, source: str) -> StatusRow:
    get = listed.cells.get
    id_number, problem = id_numbers.read_cell(get("id_number"))
    if not problem and id_numbers.document_of(id_number) != id_numbers.DocumentType.BIRTH:
        problem = id_numbers.check(id_number)
    written = cell_text(get("source")) or source
    since, _, bad_day = read_date(get("since"), title="日期", earliest=FIRST_BIRTH)
    row = StatusRow(listed.number, names.normalise(get("name"))[:60], id_number[:30], since, written)
    column, error = listed.error(COLUMNS)
    if error:
        row.refuse(column, "formula_error", error)
    if problem:
        row.refuse("证件号码", problem, id_numbers.MESSAGES[problem])
    if listed.hidden:
        row.refuse("行", "hidden_row", "这一行在表中是隐藏或筛掉的，没有登记。确要登记的请取消隐藏后重新上传。")
    if len(written) > _SOURCE_LENGTH:
        row.refuse("依据", "too_long", f"依据太长，请写短一些：最多 {_SOURCE_LENGTH} 个字。")
    if bad_day:
        row.refuse("日期", "date_invalid", bad_day)
    return row


def _match(rows: list[StatusRow], known: Disclosure, scope: str, status: str) -> None:
    """Find the residents of sound rows, and what is against setting the status."""
    sound = [row for row in rows if not row.problems]
    ids = {row.number: known.resident_id(row.id_number, row.name) for row in sound}
    people: dict[int, Resident] = {}
    standing: dict[int, RegisteredStatuses] = {}
    for chunk in chunks({pk for pk in ids.values() if pk}, BULK):
        own = {r.pk: r for r in Resident.objects.in_region(scope).filter(pk__in=chunk).select_related("village")}
        people |= own
        standing |= standings(own.values())
    seen: dict[int, StatusRow] = {}
    today = clock.today()
    for row in sound:
        pk = ids[row.number]
        row.resident = people.get(pk) if pk else None
        _check_person(row, known, pk)
        if row.resident is None or row.problems:
            continue
        if status:
            _check_status(row, standing[row.resident.pk], status, today)
        if not row.problems:
            _check_repeated(row, seen.setdefault(row.resident.pk, row))


def _check_person(row: StatusRow, known: Disclosure, pk: int | None) -> None:
    if known.is_withheld(row.id_number, row.name):
        row.refuse("证件号码", WITHHELD_CODE, f"{WITHHELD}。")
    elif pk is None:
        row.refuse("证件号码", "not_found", "您管理的区划内没有登记这个号码，请核对号码，或先到窗口登记。")
    elif row.resident is None:
        row.refuse("证件号码", "other_region", "这个人登记在别的区划，请由登记地办理。")
    elif row.name and not names.is_same_name(row.resident.name, row.name):
        message = f"这个号码登记的姓名是“{row.resident.name}”，与表中不同，请核对。"
        row.refuse("姓名", "name_differs", message)


def _check_repeated(row: StatusRow, first: StatusRow) -> None:
    if first is row:
        return
    if first.since == row.since:
        row.refuse("证件号码", "duplicate", f"与第{first.number}行是同一个人，请核对后删去一行。")
        return
    message = f"与第{first.number}行是同一个人，日期却不同，请核对证明后只留一行。"
    row.refuse("日期", "dates_differ", message)
    if not first.problems:
        first.refuse("日期", "dates_differ", f"与第{row.number}行是同一个人，日期却不同，请核对证明后只留一行。")


def _check_status(row: StatusRow, standing: RegisteredStatuses, status: str, today: date) -> None:
    assert row.since is not None
    if rules.is_registered(standing, status, row.since):
        return
    refusal = rules.refusal_of(standing, status, row.since, today=today, labels=LABELS)
    if refusal:
        row.refuse("日期", "status_refused", refusal.message)


def preview_of(listed: StatusList) -> dict[str, Any]:
    """What a list would do, as its page shows it and as a job keeps it: figures, notes, the first rows."""
    rows = sorted(listed.rows, key=lambda row: not row.problems)
    bad = sum(1 for row in rows if row.problems)
    shown = [
        {
            "number": row.number,
            "name": row.name,
            "masked": row.masked,
            "since": row.since.isoformat() if row.since else "",
            "village": row.resident.village.name if row.resident else "",
            "problems": [str(problem) for problem in row.problems],
        }
        for row in rows[:ROWS_SHOWN]
    ]
    notes = [{"code": note.code, "message": note.message} for note in listed.notes]
    return {"good": len(rows) - bad, "bad": bad, "rows": shown, "notes": notes}


def start_reading(*, attachment: Attachment, status: str, source: str, actor: User) -> Job:
    """Put the preview of a long list in the queue; what it found is kept with the job. Return the job."""
    return _enqueue("status.read", attachment=attachment, status=status, source=source, actor=actor)


def _enqueue(kind: str, *, attachment: Attachment, status: str, source: str, actor: User) -> Job:
    return jobs.enqueue(
        kind,
        actor=actor,
        key=f"{kind}:{attachment.pk}",
        region=actor.region_id or "",
        attachment=str(attachment.pk),
        status=status,
        source=source,
        user=actor.pk,
    )


@jobs.handler("status.read")
def read_job(run: jobs.Run) -> str:
    """Read and match a list that waits to be confirmed; nothing is written but what it would do."""
    actor = User.objects.get(pk=run.args["user"])
    attachment = Attachment.objects.get(pk=run.args["attachment"])
    try:
        listed = read_status_list(
            Path(attachment.file.path),
            scope=actor.scope_prefix,
            source=run.args["source"],
            status=run.args["status"],
            progress=run.progress,
        )
    except (StatusListError, reader.SheetError) as error:
        raise jobs.JobFailed(str(error)) from error
    record_withheld(listed, attachment=attachment, actor=actor)
    preview = preview_of(listed)
    run.keep(preview)
    return f"可以登记 {preview['good']} 人，{preview['bad']} 行有问题"


@transaction.atomic
def start_applying(*, attachment: Attachment, status: str, source: str, actor: User) -> Job:
    """Put the list in the queue; a worker writes its good rows. A second click is the same job. Return the job."""
    summary = f"按名单登记{Resident.Status(status).label}：{attachment.name}"
    audit.record("status.list", actor=actor, obj=attachment, summary=summary)
    return _enqueue("status.apply", attachment=attachment, status=status, source=source, actor=actor)


@jobs.handler("status.apply")
def apply_list(run: jobs.Run) -> str:
    """Write each good row, a chunk a transaction; rows written before are passed over when it runs again."""
    actor = User.objects.get(pk=run.args["user"])
    attachment = Attachment.objects.get(pk=run.args["attachment"])
    path, status = Path(attachment.file.path), run.args["status"]
    source = run.args["source"]
    listed = read_status_list(path, scope=actor.scope_prefix, source=source, status=status, progress=run.progress)
    good = [row for row in listed.rows if not row.problems]
    written = refused = done = 0
    for chunk in chunks(good, rows_a_transaction()):
        run.progress(done, len(good), f"已登记 {written} 人")
        entries = [NewStatus(row.resident.pk, row.since, row.source) for row in chunk if row.resident and row.since]
        with transaction.atomic():
            run.assert_owner()
            outcome = set_statuses(status=status, entries=entries, actor=actor, batch=f"status-{attachment.pk}")
        written, refused, done = written + len(outcome.written), refused + len(outcome.refused), done + len(chunk)
    conflicts = f"，{refused} 人与已登记的状态相抵触，没有改动" if refused else ""
    registered = len(good) - written - refused
    return f"登记 {written} 人，{registered} 人已登记过{conflicts}，{len(listed.rows) - len(good)} 行有问题"


def record_withheld(listed: StatusList, *, attachment: Attachment, actor: User) -> None:
    """Leave the security officer's event if the list asks about too many strangers."""
    record_probe(
        misses=listed.withheld,
        rows=len(listed.rows),
        what=f"人员状态名单 {attachment.name}",
        actor=actor,
        region=actor.region_id or "",
        batch=f"status-{attachment.pk}",
    )
