"""Importing this makes the handlers of this app's jobs known to the workers. And what the queue and beat ask for."""

from celery import shared_task

from core.files import services as files
from core.jobs import services as jobs
from core.messages import services as messages


@shared_task(name=jobs.RUN_TASK)
def run_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task
def requeue_stale_jobs() -> None:
    jobs.requeue_stale()


@shared_task
def sweep_files() -> None:
    files.sweep()


@shared_task
def send_messages() -> None:
    messages.drain()
