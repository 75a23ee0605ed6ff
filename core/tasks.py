"""Importing this makes the handlers of this app's jobs known to the workers. And what the queue and beat ask for."""

from celery import Task, shared_task
from django.core.management import call_command

from core.exports import services as exports
from core.files import services as files
from core.jobs import services as jobs
from core.logs import log_context
from core.messages import services as messages


@shared_task(name=jobs.RUN_TASK, bind=True)
def run_job(task: Task, job_id: str) -> None:
    with log_context(request_id=(task.request.headers or {}).get("request_id", "")):
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


@shared_task
def clear_expired_sessions() -> None:
    call_command("clearsessions")


@shared_task
def expire_exports() -> None:
    exports.expire_exports()
