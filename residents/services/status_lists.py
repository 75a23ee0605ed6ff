"""Dated statuses from a list (死亡, 迁出, 参军 …): read and checked at once, written by a worker, safe to repeat."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction

from config import clock
from residents import audit, identity, names, sheet_headers, sheets
from residents.models import Attachment, Resident, StatusEntry, User
from residents.register_rows import cell_date, cell_text
from residents.services import jobs
from residents.services.window import WindowRefused, set_status

COLUMNS = (
    sheet_headers.Column("name", "姓名", ("姓名",), parts=("姓名",)),
    sheet_headers.Column(
        "id_number", "证件号码", ("证件号码", "身份证号码", "身份证号", "身份证"), parts=("身份证", "证件号")
    ),
    sheet_headers.Column(
        "since",
        "日期",
        ("日期", "起始日期", "死亡日期", "迁出日期", "参保日期"),
        parts=("日期", "时间"),
        never=("出生",),
    ),
    sheet_headers.Column("source", "依据", ("依据", "文号", "证明"), parts=("依据", "证明")),
)
_PAGE = 200


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
        return identity.mask(self.id_number)


def read_status_list(path: Path, *, residents, source: str) -> list[Row]:
    """All rows, matched by number within `residents` (a queryset of what the user may change)."""
    book = sheets.read(path)
    found = ((sheet, sheet_headers.find(sheet, COLUMNS, {"name", "id_number", "since"})) for sheet in book.sheets)
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

    id_number, problem = identity.read_cell(get("id_number"))
    if not problem and identity.document_of(id_number) != identity.Document.BIRTH:
        problem = identity.check(id_number)
    written = cell_text(get("source")) or source
    row = Row(number, names.normalise(get("name")), id_number, cell_date(get("since")), written)
    if problem:
        row.problems.append(identity.MESSAGES[problem])
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
        except WindowRefused:
            refused += 1
    told = f"，{refused} 人与已登记的状态相抵触，没有改动" if refused else ""
    return f"登记 {written} 人，{len(good) - written - refused} 人已登记过{told}，{len(rows) - len(good)} 行有问题"
