"""Exports with whole numbers: a purpose from a list, a second person where many people stand in it, a file written by
a worker that names who took it on every row, and gone after a day.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.access.roles import Role
from core.audit import services as audit
from core.exports.models import BulkExport
from core.files import services as attachments
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables.writer import write_xlsx
from core.text import clean_text

if TYPE_CHECKING:
    from core.accounts.models import User

#: From so many people on, somebody else has to agree.
MANY_ROWS = 500
KEPT_FOR = timedelta(hours=24)
ATTACHMENT = "export"
State = BulkExport.State


@dataclass(frozen=True)
class Writer:
    """What one kind of export holds, given the code of its region and its subject: how many rows, columns, rows."""

    count: Callable[[str, str], int]
    columns: tuple[tuple[str, int], ...]
    rows: Callable[[str, str], Iterable[tuple[object, ...]]]


_writers: dict[str, Writer] = {}


def register_writer(kind: str, writer: Writer) -> None:
    """Make a kind of export known; an app's tasks.py imports whoever calls this."""
    _writers[kind] = writer


@transaction.atomic
def request_export(
    *, kind: str, region: Region, purpose: str, note: str = "", subject: str = "", actor: "User"
) -> BulkExport:
    """Ask for a file with whole numbers. A small one is written at once, a large one when another person agrees."""
    if purpose not in BulkExport.Purpose.values:
        raise Refused("请选择用途。", "purpose")
    note = clean_text(note, "说明", 200)
    if purpose == BulkExport.Purpose.DOCUMENT and not note:
        raise Refused("请写明文件名称和文号。", "note")
    export = BulkExport.objects.create(
        kind=kind,
        subject=subject,
        region_code=region.code,
        region_name=region.name,
        purpose=purpose,
        note=note,
        rows=_writers[kind].count(region.code, subject),
        requested_by=actor,
    )
    _record("request", export, actor, f"申请导出{region.name}完整号码 {export.rows} 行：{_purpose(export)}")
    if export.rows < MANY_ROWS:
        _start(export, actor)
    return export


@transaction.atomic
def decide_export(*, export: BulkExport, accept: bool, reason: str = "", actor: "User") -> BulkExport:
    """Agree to a large export or refuse it; somebody else of the bureau than who asked."""
    export = BulkExport.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if export.state != State.WAITING:
        raise Refused("这项导出已经办理过了。")
    if actor.role != Role.COUNTY or export.requested_by_id == actor.pk:
        raise Refused(f"导出由{actor.county_word}医保局的另一名人员同意，不能自己同意自己的申请。")
    reason = clean_text(reason, "原因", 200)
    if not accept and not reason:
        raise Refused("不同意的，请写明原因。", "reason")
    export.decided_by, export.decided_at, export.reason = actor, timezone.now(), reason
    verb = "同意" if accept else "不同意"
    _record("accept" if accept else "refuse", export, actor, f"{verb}导出{export.region_name}完整号码 {export.rows} 行")
    if accept:
        _start(export, actor)
    else:
        export.state = State.REFUSED
    export.save()
    return export


def _start(export: BulkExport, actor: "User") -> None:
    export.state = State.WRITING
    export.job = jobs.enqueue(
        "export.write", actor=actor, key=f"export.write:{export.pk}", region=export.region_code, export=export.pk
    )
    export.save()


@jobs.handler("export.write")
def write_export(run: jobs.Run) -> str:
    """Write the file with a mark of who takes it, at its top and on every row."""
    export = BulkExport.objects.select_related("requested_by", "decided_by").get(pk=run.args["export"])
    if export.state != State.WRITING:
        return ""
    writer = _writers[export.kind]
    mark = f"E{export.pk} {export.requested_by.name} {timezone.localtime():%Y-%m-%d %H:%M}"
    agreed = f"，同意人{export.decided_by.name}" if export.decided_by else ""
    with (
        write_xlsx(
            columns=(*writer.columns, ("导出标识", 34)),
            rows=((*row, mark) for row in writer.rows(export.region_code, export.subject)),
            title=f"{export.region_name}（含完整证件号码，内部资料，用后销毁）",
            note=f"导出标识 {mark}{agreed}；用途：{_purpose(export)}",
        ) as file,
        transaction.atomic(),
    ):
        run.assert_owner()
        export.attachment = attachments.store(
            file=File(file, "export.xlsx"),
            name=f"{export.region_name}居民（完整号码）E{export.pk}.xlsx",
            kind=ATTACHMENT,
            region=export.region_code,
            actor=export.requested_by,
        )
        export.state, export.ready_at = State.READY, timezone.now()
        export.save()
    return f"已生成 {export.rows} 行，请在24小时内下载"


def waiting_for(user: "User") -> QuerySet[BulkExport]:
    """The exports of others that wait for this person's agreement."""
    return BulkExport.objects.for_user(user).filter(state=State.WAITING).exclude(requested_by=user)


@transaction.atomic
def open_export(*, export: BulkExport, actor: "User") -> BulkExport:
    """Hand the file to whoever asked for it; each time leaves an event."""
    export = BulkExport.objects.select_related("attachment").get(pk=export.pk)
    if export.requested_by_id != actor.pk:
        raise Refused("只有申请人本人可以下载。")
    if export.state != State.READY or export.ready_at is None or timezone.now() - export.ready_at > KEPT_FOR:
        raise Refused("文件还没有生成，或已过期删除。需要的请重新申请。")
    _record("download", export, actor, f"下载{export.region_name}完整号码 {export.rows} 行：{_purpose(export)}")
    return export


def expire_exports() -> int:
    """Delete the files that have been there for a day; beat calls this. Return how many."""
    gone = 0
    for export in BulkExport.objects.filter(state=State.READY, ready_at__lt=timezone.now() - KEPT_FOR):
        if export.attachment:
            export.attachment.file.delete(save=False)
        export.state = State.EXPIRED
        export.save(update_fields=["state"])
        gone += 1
    BulkExport.objects.filter(state=State.WRITING, job__state="failed").update(state=State.FAILED)
    return gone


def _purpose(export: BulkExport) -> str:
    return export.get_purpose_display() + (f"（{export.note}）" if export.note else "")


def _record(verb: str, export: BulkExport, actor: "User", summary: str) -> None:
    audit.record(
        f"export.{verb}",
        actor=actor,
        object_type="bulkexport",
        object_id=str(export.pk),
        region=export.region_code,
        summary=summary,
        after={"rows": export.rows, "purpose": export.purpose, "whole": True},
    )
