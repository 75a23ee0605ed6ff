"""Jobs: what a worker does, safe against double clicks, lost workers and repeated messages.

A service registers a handler by kind (`@handler("ledger.read")`), and its app's tasks.py imports that service, so that
workers know it. The handler gets a `Run`; it must be repeatable, works in its own transactions, and reports progress,
which is also its heartbeat.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.db import IntegrityError, InterfaceError, OperationalError, models, transaction
from django.utils import timezone

from core.audit import services as audit
from core.jobs.models import Job

log = logging.getLogger(__name__)
STALE_AFTER = timedelta(seconds=45)
MAX_ATTEMPTS = 5
#: The task that calls `run` (residents/tasks.py), by name: its module brings in the handlers, and they this one.
RUN_TASK = "core.run_job"
_handlers: dict[str, Callable] = {}


class JobLost(Exception):
    """Another worker has taken this job over; stop quietly."""


class JobFailed(Exception):
    """The job cannot be done; the text is shown to the user."""


class Run:
    """One attempt at a job."""

    def __init__(self, job: Job):
        self.job = job
        self.args = job.args

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Reports and keeps the job alive; raises JobLost if it has been taken over."""
        self._update(done=done, total=total, message=message[:300], heartbeat_at=timezone.now())

    def confirm_ours(self) -> None:
        """To be called inside a chunk's transaction: locks the job row, so that a lost worker cannot write on."""
        rows = Job.objects.select_for_update().filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
        if not rows.exists():
            raise JobLost

    def _update(self, **values) -> None:
        rows = Job.objects.filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
        if not rows.update(**values):
            raise JobLost


def handler(kind: str):
    def register(function):
        _handlers[kind] = function
        return function

    return register


def enqueue(kind: str, *, actor, key: str, region: str = "", **args) -> Job:
    """Puts a job in the queue, or returns the one with this key that is queued or running already."""
    live = Job.objects.filter(key=key, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if found := live.first():
        return found
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, key=key, args=args, created_by=actor, region_code=region)
    except IntegrityError:
        return live.get()
    transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id) -> None:
    """Tells a worker. If the queue cannot be reached the job waits in the database and beat wakes it later."""
    try:
        current_app.send_task(RUN_TASK, [str(job_id)])
    except Exception:
        log.exception("queue not reachable; job %s waits for beat", job_id)


def run(job_id) -> None:
    """Claims the job by compare-and-set and runs its handler; does nothing if someone else has it."""
    token = uuid.uuid4()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        token=token,
        attempts=models.F("attempts") + 1,
        heartbeat_at=timezone.now(),
        started_at=timezone.now(),
    )
    if not claimed:
        return
    job = Job.objects.select_related("created_by").get(pk=job_id)
    with audit.source(f"任务 {job.kind}"):
        try:
            message = _handlers[job.kind](Run(job)) or ""
        except JobLost:
            return
        except (OperationalError, InterfaceError):
            # The database was away, or undid this attempt because of another's: beat finds the job silent and puts it
            # back in the queue, MAX_ATTEMPTS times.
            log.exception("job %s lost the database", job.pk)
        except JobFailed as failure:
            _finish(job, Job.State.FAILED, str(failure))
        except Exception:
            log.exception("job %s failed", job.pk)
            says = f"系统出错，没有完成。请重试；仍不行请把编号 {str(job.pk)[:8]} 告诉县医保局。"
            _finish(job, Job.State.FAILED, says)
        else:
            _finish(job, Job.State.DONE, message)


def requeue_stale(*, waiting_since: timedelta = timedelta(seconds=30)) -> int:
    """Puts jobs of lost workers back in the queue and wakes jobs whose message was lost. Returns how many."""
    moment = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=moment - STALE_AFTER)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED, finished_at=moment, message="多次中断，没有完成。请县医保局联系系统管理员。"
    )
    lost.update(state=Job.State.QUEUED, token=None, message="处理中断，已重新排队")
    waiting = Job.objects.filter(state=Job.State.QUEUED).filter(
        models.Q(created_at__lt=moment - waiting_since) | models.Q(attempts__gt=0)
    )
    ids = list(waiting.values_list("pk", flat=True)[:500])
    for job_id in ids:
        wake(job_id)
    return len(ids)


def _finish(job: Job, state: str, message: str) -> None:
    Job.objects.filter(pk=job.pk, token=job.token, state=Job.State.RUNNING).update(
        state=state, message=message[:300], finished_at=timezone.now(), heartbeat_at=timezone.now()
    )
