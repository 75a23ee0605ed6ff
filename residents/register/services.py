"""Start reading and writing a county's register of residents; both halves are jobs.

Read and check (reading.py) → preview → confirm → write in chunks (writing.py). Reading starts over when it is broken
off; writing goes on where it stopped, because a staged row disappears in the transaction that writes it. Nobody is
removed for missing from a file, and statuses are not touched.
"""

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions import services as regions
from core.regions.models import Region
from residents.register.models import RegisterBatch

State = RegisterBatch.State


@transaction.atomic
def start_reading(*, attachment: Attachment, county: Region, actor: User) -> RegisterBatch:
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
    _put_to_reading(batch, actor)
    return batch


@transaction.atomic
def start_writing(*, batch: RegisterBatch, actor: User) -> RegisterBatch:
    """Confirms what was checked; the good rows are written by a worker. A second click changes nothing."""
    regions.lock_region(batch.county)
    batch = RegisterBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.CONFIRMED:
        return batch
    if batch.state == State.CONFIRMING:
        return _put_to_writing(batch, actor)
    if batch.state != State.CHECKED:
        raise Refused("本批还不能写入，请等读取完成。")
    if is_lost(batch):
        read_again(batch, actor=actor)
        return batch
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


def is_lost(batch: RegisterBatch) -> bool:
    """Whether rows that wait are gone: what is not logged does not outlive a breakdown of the database server."""
    return batch.staged.count() != batch.new + batch.changed - batch.written


def read_again(batch: RegisterBatch, *, actor: User | None) -> str:
    """Read the file of a batch whose waiting rows are lost once more; who was written already is then unchanged."""
    problem = "数据库服务器中断过，待写入的内容已丢失，正在重新读取文件。读完后请再确认一次。"
    batch.state, batch.problem, batch.written = State.READING, problem, 0
    batch.save(update_fields=["state", "problem", "written"])
    _put_to_reading(batch, actor)
    return problem


def _put_to_reading(batch: RegisterBatch, actor: User | None) -> None:
    """A reading that failed for good is tried again by uploading the file again; one under way is left alone."""
    jobs.enqueue("register.read", actor=actor, key=f"register.read:{batch.pk}", region=batch.county_id, batch=batch.pk)


def _follow_moved_villages(batch: RegisterBatch) -> None:
    """A village that was moved since the file was read took its people along."""
    moved = Region.objects.in_region(batch.county_id).filter(replaced_by__isnull=False)
    for village in moved.order_by("replaced_at"):
        batch.staged.filter(village_code=village.pk).update(village_code=village.replaced_by_id)


def _put_to_writing(batch: RegisterBatch, actor: User) -> RegisterBatch:
    """In the queue once: a writing that failed for good goes on by confirming again."""
    jobs.enqueue(
        "register.write", actor=actor, key=f"register.write:{batch.pk}", region=batch.county_id, batch=batch.pk
    )
    return batch
