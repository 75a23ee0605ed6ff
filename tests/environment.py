"""The environment of a test run, set before anything reads the settings (pytest loads this by -p, see pyproject.toml).

Without TEST_DATABASE_URL everything runs on SQLite; with it, on that PostgreSQL. Uploads go to a folder of their own.
"""

import gc
import os
import tempfile

# Nothing that is loaded or collected is garbage; tests/conftest.py looks for it again when the first test begins.
gc.disable()


def _own_redis() -> str:
    """TEST_REDIS_URL, and for each further process of a parallel run the next database of that server."""
    url = os.environ.get("TEST_REDIS_URL", "")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    server, _, database = url.rpartition("/")
    return f"{server}/{int(database) + worker}" if url else ""


DATA_DIR = tempfile.mkdtemp(prefix="county-tests-")
for name in (
    "BUSINESS_CLOCK",
    "PRODUCTION",
    "HTTPS",
    "TRUSTED_PROXIES",
    "ALLOWED_HOSTS",
    "DEVELOPMENT",
    "METRICS_TOKEN",
):
    os.environ.pop(name, None)
os.environ["DATA_DIR"] = DATA_DIR
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{DATA_DIR}/db.sqlite3"
os.environ["REDIS_URL"] = _own_redis()
