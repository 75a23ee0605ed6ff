"""A sign of life while a job runs, whatever its handler is busy with.

A thread writes it every few seconds: into the job's row, and as the time of a file, because on SQLite the row cannot be
written while the handler holds the one write lock. `is_alive` believes either.
"""

import logging
import threading
import time
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from core.jobs.models import Job

log = logging.getLogger(__name__)
EVERY_SECONDS = 10.0


def _file(job_id: UUID) -> Path:
    return settings.DATA_DIR / "heartbeats" / str(job_id)


def is_alive(job_id: UUID, within: timedelta) -> bool:
    """Whether a worker gave a sign of life for the job within this time, by the file's clock."""
    try:
        return time.time() - _file(job_id).stat().st_mtime < within.total_seconds()
    except OSError:
        return False


class Heartbeat:
    """`with Heartbeat(job):` beats until the block ends. It only reports: it neither claims a job nor keeps one that
    another worker has taken over."""

    def __init__(self, job: Job, every: float = EVERY_SECONDS) -> None:
        self.job, self.every = job, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"heartbeat {job.pk}")

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=1)
        _file(self.job.pk).unlink(missing_ok=True)

    def _run(self) -> None:
        try:
            while not self._stop.wait(self.every):
                self.beat()
        finally:
            connection.close()

    def beat(self) -> None:
        """One sign of life; a full disk or a busy database is the handler's to report."""
        try:
            _file(self.job.pk).parent.mkdir(parents=True, exist_ok=True)
            _file(self.job.pk).touch()
            rows = Job.objects.filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
            rows.update(heartbeat_at=timezone.now())
        except (OSError, DatabaseError):
            log.info("no heartbeat written for job %s", self.job.pk, exc_info=True)
