"""Dated statuses from a list (死亡, 迁出, 参军 …): read and checked at once, written by a worker, safe to repeat."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction

from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.jobs import services as jobs
from core.refusals import Refused
from core.tables import headings, reader
from core.tables.cells import cell_date, cell_text
from core.text import clean_text
from residents.people import id_numbers, names
from residents.people.models import Resident, StatusEntry

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
_PAGE = 200
Status = Resident.Status


class StatusListError(Exception):
    """The file gives no list; the text says why."""


@dataclass
class Row:
    """One row: who, since when, on what ground, whose record it is, and what is wrong with it."""

    number: int
    name: str
    id_number: str
    since: date | None
    source: str
    resident: Resident | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def masked(self) -> str:
        return masks.mask(self.id_number)


def read_status_list(path: Path, *, residents, source: str) -> list[Row]:
    """All rows, matched by number within `residents` (a queryset of what the user may change)."""
    book = reader.read(path)
    found = ((sheet, headings.find(sheet, COLUMNS, {"name", "id_number", "since"})) for sheet in book.sheets)
    sheet, header = next(((s, h) for s, h in found if h and {"id_number", "since"} <= h.columns.keys()), (None, None))
    if header is None:
        raise StatusListError("没有找到表头。表里要有“姓名、身份证号码、日期”几栏，请补上后重新上传。")
    rows = [_row(number, cells, header.columns, source) for number, cells in sheet.rows if number > header.row]
    rows = [row for row in rows if row.name or row.id_number]
    if not rows:
        raise StatusListError("表头下面没有人员，请检查文件。")
    known = {}
    numbers = sorted({row.id_number for row in rows if not row.problems})
    for start in range(0, len(numbers), _PAGE * 10):
        chunk = residents.filter(id_number__in=numbers[start : start + _PAGE * 10]).select_related("village")
        known |= {resident.id_number: resident for resident in chunk}
    for row in rows:
        _match(row, known)
    return rows


def _row(number, cells, columns, source) -> Row:
    def get(key):
        place = columns.get(key)
        return cells[place] if place is not None and place < len(cells) else None

    id_number, problem = id_numbers.read_cell(get("id_number"))
    if not problem and id_numbers.document_of(id_number) != id_numbers.Document.BIRTH:
        problem = id_numbers.check(id_number)
    written = cell_text(get("source")) or source
    row = Row(number, names.normalise(get("name")), id_number, cell_date(get("since")), written)
    if problem:
        row.problems.append(id_numbers.MESSAGES[problem])
    if len(written) > StatusEntry._meta.get_field("source").max_length:
        row.problems.append("依据太长，请写短一些：最多 120 个字。")
    if row.since is None:
        row.problems.append("没有日期，或日期看不懂，请写成 2024-05-01。")
    return row


def _match(row, known) -> None:
    if row.problems:
        return
    row.resident = known.get(row.id_number)
    if row.resident is None:
        row.problems.append("您管理的区划内没有登记这个号码，请核对号码，或先到窗口登记。")
    elif row.name and row.resident.name != row.name:
        row.problems.append(f"这个号码登记的姓名是“{row.resident.name}”，与表中不同，请核对。")
    elif row.since < row.resident.birth_date:
        row.problems.append("日期早于出生日期，请核对。")
    elif row.since > clock.today():
        row.problems.append("日期在今天以后，请核对。")


@transaction.atomic
def start_applying(*, attachment: Attachment, status: str, source: str, actor):
    """The good rows of a list are written by a worker; a second click is the same job. Returns the job."""
    summary = f"按名单登记{Resident.Status(status).label}：{attachment.name}"
    audit.record("status.list", actor=actor, obj=attachment, summary=summary)
    return jobs.enqueue(
        "status.apply",
        actor=actor,
        key=f"status.apply:{attachment.pk}",
        region=actor.region_id or "",
        attachment=str(attachment.pk),
        status=status,
        source=source,
        user=actor.pk,
    )


@jobs.handler("status.apply")
def apply_list(run: jobs.Run) -> str:
    """Writes each good row; rows written before are passed over, so that a broken run can be repeated."""
    actor = User.objects.get(pk=run.args["user"])
    attachment = Attachment.objects.get(pk=run.args["attachment"])
    rows = read_status_list(
        Path(attachment.file.path), residents=Resident.objects.for_user(actor), source=run.args["source"]
    )
    good = [row for row in rows if not row.problems]
    written = refused = 0
    for place, row in enumerate(good):
        if place % 50 == 0:
            run.progress(place, len(good), f"已登记 {written} 人")
        try:
            with transaction.atomic():
                run.confirm_ours()
                written += set_status(
                    resident=row.resident,
                    status=run.args["status"],
                    since=row.since,
                    source=row.source,
                    actor=actor,
                    batch=f"status-{attachment.pk}",
                )
        except Refused:
            refused += 1
    told = f"，{refused} 人与已登记的状态相抵触，没有改动" if refused else ""
    return f"登记 {written} 人，{len(good) - written - refused} 人已登记过{told}，{len(rows) - len(good)} 行有问题"


@transaction.atomic
def set_status(*, resident: Resident, status: str, since: date, source: str, actor, batch: str = "") -> bool:
    """A dated status (死亡, 迁出, 参军 …) or the return to 在册; ends the one before. False if it was known already."""
    source = clean_text(source, "依据", 120)
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    if since > clock.today():
        raise Refused("起始日期在今天以后，请核对。", "since")
    if since < resident.birth_date:
        raise Refused("起始日期早于出生日期，请核对。", "since")
    if resident.status == Status.MERGED or status == Status.MERGED:
        raise Refused("已合并的档案不能改状态。", "status")
    if StatusEntry.objects.filter(resident=resident, status=status, since=since).exists():
        return False
    if resident.status == Status.DEAD and status != Status.ACTIVE:
        raise Refused("这个人已登记死亡。登记有误的，请先恢复为在册。", "status")
    later = StatusEntry.objects.filter(resident=resident, since__gt=since).order_by("since").first()
    if later:
        raise Refused(f"{later.since} 已登记“{later.get_status_display()}”，新的状态不能早于它。", "since")
    StatusEntry.objects.filter(resident=resident, until=None).update(until=since)
    StatusEntry.objects.create(resident=resident, status=status, since=since, source=source, recorded_at=clock.now())
    before = {"status": resident.status, "since": str(resident.status_on or "")}
    resident.status, resident.status_on = status, since
    resident.save(update_fields=["status", "status_on"])
    audit.record(
        "status.set",
        actor=actor,
        obj=resident,
        batch=batch,
        before=before,
        summary=f"{resident.name} 自 {since} 起登记为{Status(status).label}",
        after={"status": status, "since": str(since)},
    )
    return True
