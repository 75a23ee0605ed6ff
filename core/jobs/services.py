"""Jobs: what a worker does, safe against double clicks, lost workers and repeated messages.

A service registers a handler by kind (`@handler("ledger.read")`), and its app's tasks.py imports that service, so that
workers know it. The handler gets a `Run`; it must be repeatable, works in its own transactions, and reports progress,
which is also its heartbeat.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from core.audit import services as audit
from core.database.failures import DISK_FULL, is_disk_full, is_passing
from core.jobs.heartbeat import Heartbeat, is_alive
from core.jobs.models import Job
from core.logs import current_id, log_context
from core.tables.reader import Sheet

if TYPE_CHECKING:
    from core.accounts.models import User

log = logging.getLogger(__name__)
STALE_AFTER = timedelta(seconds=45)
MAX_ATTEMPTS = 5
#: The task that calls `run` (core/tasks.py), by name: its module brings in the handlers, and they this one.
RUN_TASK = "core.run_job"


class JobLost(Exception):
    """Another worker has taken this job over; stop quietly."""


class JobFailed(Exception):
    """The job cannot be done; the text is shown to the user."""


class Watch(Protocol):
    """Whom a service tells how far it is, and whom it asks before it writes: a run, or what stands in for one."""

    def progress(self, done: int, total: int, message: str = "") -> None: ...

    def assert_owner(self) -> None: ...


class Run:
    """One attempt at a job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.args: dict[str, Any] = job.args

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Report how far the job is. Raise JobLost if it has been taken over."""
        self._update(done=done, total=total, message=message[:300], heartbeat_at=timezone.now())

    def keep(self, result: dict[str, Any]) -> None:
        """Keep what was found for the page that waits for it. Raise JobLost if the job has been taken over."""
        self._update(result=result)

    def assert_owner(self) -> None:
        """Lock the job row and raise JobLost if another worker owns it. Call inside each chunk's transaction."""
        rows = Job.objects.select_for_update().filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
        if not rows.exists():
            raise JobLost

    def _update(self, **values: Any) -> None:
        rows = Job.objects.filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
        if not rows.update(**values):
            raise JobLost


#: A reading is reported every so many rows: several times a second for plain lists.
ROWS_REPORTED = 2000


def report_rows(pieces: Iterable[Sheet], progress: Callable[[int, int, str], None]) -> Iterator[Sheet]:
    """Pass the pieces of a file on and report how many rows were read; how many there are is not known yet."""
    read = reported = 0
    for piece in pieces:
        yield piece
        read += len(piece.rows)
        if read - reported >= ROWS_REPORTED:
            reported = read
            progress(read, 0, f"已读取 {read} 行")


Handler = Callable[[Run], str | None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind; what it returns is shown when the job is done."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def enqueue(kind: str, *, actor: "User | None", key: str, region: str = "", **args: Any) -> Job:
    """Queue a job, or return the one with this key that is queued or running already."""
    live = Job.objects.filter(key=key, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if existing := live.first():
        return existing
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, key=key, args=args, created_by=actor, region_code=region)
    except IntegrityError:
        return live.get()
    transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id: UUID | str) -> None:
    """Send the queue's message. If the queue cannot be reached the job waits in the database and beat wakes it."""
    try:
        current_app.send_task(RUN_TASK, [str(job_id)], headers={"request_id": current_id("request_id")})
    except Exception:
        log.exception("queue not reachable; job %s waits for beat", job_id)


def run(job_id: UUID | str) -> None:
    """Claim the job by compare-and-set and run its handler; do nothing if another worker has it."""
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        token=uuid.uuid4(),
        attempts=models.F("attempts") + 1,
        heartbeat_at=timezone.now(),
        started_at=timezone.now(),
    )
    if not claimed:
        return
    job = Job.objects.select_related("created_by").get(pk=job_id)
    with audit.source(f"任务 {job.kind}"), log_context(job_id=str(job.pk), job_kind=job.kind), Heartbeat(job):
        log.info("job begins, attempt %s", job.attempts)
        _attempt(job)


def _attempt(job: Job) -> None:
    try:
        message = _handlers[job.kind](Run(job)) or ""
    except JobLost:
        return
    except JobFailed as failure:
        _finish(job, Job.State.FAILED, str(failure))
    except SoftTimeLimitExceeded:
        log.exception("job ran into the time limit")
        _finish(job, Job.State.FAILED, "处理时间超过上限，已停止，没有完成。请把文件分成几份后重试。")
    except Exception as error:
        if is_passing(error):
            # Beat finds the job silent and puts it back in the queue, MAX_ATTEMPTS times.
            log.exception("job lost the database")
            return
        log.exception("job failed")
        _finish(job, Job.State.FAILED, DISK_FULL if is_disk_full(error) else _unexpected(job))
    else:
        _finish(job, Job.State.DONE, message)


def _unexpected(job: Job) -> str:
    return f"系统出错，没有完成。请重试；仍不行请把编号 {str(job.pk)[:8]} 告诉医保局。"


def requeue_stale(*, waiting_since: timedelta = timedelta(seconds=30)) -> int:
    """Put the jobs of lost workers back in the queue and wake jobs whose message was lost. Return how many.

    A row that its worker has locked at this moment is passed over, and one whose file is fresh is left alone.
    """
    moment = timezone.now()
    with transaction.atomic():
        stale = Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=moment - STALE_AFTER)
        if connection.features.has_select_for_update_skip_locked:
            stale = stale.select_for_update(skip_locked=True)
        lost = Job.objects.filter(
            pk__in=[pk for pk in stale.values_list("pk", flat=True) if not is_alive(pk, STALE_AFTER)]
        )
        lost.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=Job.State.FAILED, finished_at=moment, message="多次中断，没有完成。请医保局联系系统管理员。"
        )
        lost.filter(state=Job.State.RUNNING).update(state=Job.State.QUEUED, token=None, message="处理中断，已重新排队")
    waiting = Job.objects.filter(state=Job.State.QUEUED).filter(
        models.Q(created_at__lt=moment - waiting_since) | models.Q(attempts__gt=0)
    )
    ids = list(waiting.values_list("pk", flat=True)[:500])
    for job_id in ids:
        wake(job_id)
    return len(ids)


def _finish(job: Job, state: str, message: str) -> None:
    """Close the job, unless another worker has taken it over meanwhile."""
    Job.objects.filter(pk=job.pk, token=job.token, state=Job.State.RUNNING).update(
        state=state, message=message[:300], finished_at=timezone.now(), heartbeat_at=timezone.now()
    )
