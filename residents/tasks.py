"""Importing this makes the handlers of this app's jobs known to the workers. And what the queue and beat ask for."""

from celery import shared_task

from residents.services import attachments, jobs, outbox, register, status_lists  # noqa: F401


@shared_task(name=jobs.RUN_TASK)
def run_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task
def requeue_stale_jobs() -> None:
    jobs.requeue_stale()


@shared_task
def sweep_files() -> None:
    attachments.sweep()


@shared_task
def send_messages() -> None:
    outbox.drain()
