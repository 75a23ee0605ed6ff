"""Django for the benches, on the database that DATABASE_URL names."""

import os
import time
from collections.abc import Callable


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config.celery import app

    app.loader.import_default_modules()  # the handlers of jobs, as a worker knows them


def timed(name: str, work: Callable[[], object]) -> None:
    """Do the work; print its seconds and its statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        work()
    print(f"{name:18} {time.perf_counter() - began:6.1f} s  {len(queries):3} statements", flush=True)
