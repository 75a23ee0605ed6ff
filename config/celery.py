import gc
import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init

import config.filequeue  # noqa: F401  (makes embedded:// known)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("county")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
#: Real seconds between askings; each task asks the business clock what is due. What no worker took in time is dropped,
#: since the next asking finds the same.
EVERY = {
    "core.tasks.requeue_stale_jobs": 15.0,
    "core.tasks.send_messages": 30.0,
    "core.tasks.sweep_files": 6 * 3600.0,
    "core.tasks.clear_expired_sessions": 3600.0,
    "core.tasks.expire_exports": 900.0,
    "residents.tasks.learn_names": 3600.0,
    "collection.tasks.queue_duty_warnings": 120.0,
    "collection.tasks.enrol_who_owes_nothing": 3600.0,
    "reporting.tasks.build_due_snapshots": 30.0,
}
#: What reads all of the year's contributions; a night that was slept through is made up for in the morning.
NIGHTLY = {"collection.tasks.check_tallies": crontab(hour=3, minute=10)}
app.conf.beat_schedule = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}} for task, seconds in EVERY.items()
} | {task: {"task": task, "schedule": when} for task, when in NIGHTLY.items()}


@worker_process_init.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def collect_less_garbage(**_: object) -> None:
    """Leave what was loaded at the start out of every collection, and collect after more objects than usual: a chunk
    of a ledger makes a hundred thousand that live until it is booked. A sixth of the time of booking."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
