"""What all tests share: which engine they run on, people of every role, and a small county of invented residents."""

import datetime
import gc
import os
from pathlib import Path

import freezegun
import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import forked_reader
from tests.environment import DATA_DIR
from tests.factories import create_resident, create_user
from tests.migrated import start_from_copy

# A busy machine is no reason to fail: nothing here asserts time. The suite tries the same examples every time, so that
# it says the same of the same code; HYPOTHESIS_PROFILE=explore looks for new ones, and what it finds becomes a case.
_patient = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("suite", _patient, derandomize=True)
hypothesis.settings.register_profile(
    "mutants",
    _patient,
    derandomize=True,
    max_examples=50,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.register_profile("explore", _patient, max_examples=3000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# A policy that is first read while a test holds the clock still has dates like any other.
freezegun.configure(extend_ignore_list=["tomllib"])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop():
    """What is loaded by now stays: to look through it for garbage, again and again, takes a tenth of the time."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish(session, exitstatus):
    """NO_SKIP=1: a skipped test fails the run (continuous integration has everything that tests need)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NO_SKIP") == "1" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """A copy of the migrated database; on SQLite a file, not memory: threads and worker processes must see the same."""
    start_from_copy(f"{DATA_DIR}/test.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb():
    """On SQLite the copied file is used as it is (its folder goes when the run ends)."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session", autouse=True)
def _flush_empties_quickly(monkeypatch_session):
    """Between transactional tests Django empties every table; leave alone what is empty or comes with the migrations.

    On SQLite the append-only triggers are in the way. PostgreSQL takes seconds to truncate some 140 tables; to delete
    the rows of the few that have any takes none, for a superuser, who alone may switch triggers and foreign keys off.
    """
    operations = type(connection.ops)
    original = operations.sql_flush
    migrated = {"django_content_type", "auth_permission"}

    def on_sqlite(ops, style, tables, **options):
        with ops.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        lifted = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        emptied = original(ops, style, [table for table in tables if table not in migrated], **options)
        return [*lifted, *emptied, *(sql for _, sql in triggers)]

    def on_postgresql(ops, style, tables, **options):
        with ops.connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser')")
            if cursor.fetchone() != ("on",):
                return original(ops, style, tables, **options)
            asked = [table for table in tables if table not in migrated]
            has_rows = (f"(SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\"))" for table in asked)
            cursor.execute(" UNION ALL ".join(has_rows))
            emptied = [f'DELETE FROM "{table}"' for (table,) in cursor.fetchall()]
        switched = "SET LOCAL session_replication_role = "
        return [f"{switched} replica", *emptied, f"{switched} origin"]

    monkeypatch_session.setattr(operations, "sql_flush", on_sqlite if connection.vendor == "sqlite" else on_postgresql)


@pytest.fixture(scope="session")
def monkeypatch_session():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session", autouse=True)
def _sheets_are_read_by_forks(monkeypatch_session):
    """To start an interpreter costs more than to read a small list; tests/core/tables starts one all the same."""
    monkeypatch_session.setattr("core.tables.reader._start", forked_reader.start)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_found_once(monkeypatch_session):
    """Every test's browser builds the middleware anew, and WhiteNoise then looks at each static file."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(middleware):
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    monkeypatch_session.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)


@pytest.fixture(autouse=True)
def _quick_password_hashes(settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "core.accounts.passwords.BoundedArgon2Hasher",  # of the demo, which a process of its own has built
    ]


@pytest.fixture(autouse=True)
def _nothing_is_kept_of_another_test():
    """Pages keep what they work out under the number of the newest event, which a flushed database counts anew."""
    cache.clear()


@pytest.fixture
def silent_queue(monkeypatch):
    """No worker is woken: the test itself runs the jobs, when it wants them run."""
    monkeypatch.setattr("core.jobs.services.wake", lambda job_id: None)


@pytest.fixture
def business_clock(settings, tmp_path):
    """The frozen business clock; `business_clock("2024-10-25T12:00")` moves it. Starts on Friday 2024-10-25, 11:00."""
    from config import clock

    settings.BUSINESS_CLOCK = str(tmp_path / "clock")
    Path(settings.BUSINESS_CLOCK).write_text("2024-10-25T11:00:00+08:00")

    def move(text: str) -> datetime.datetime:
        instant = clock._parse(text)
        clock.move_to(instant)
        return instant

    return move


@pytest.fixture
def campaign(db, business_clock):
    """内乡 2025, opened: real townships and villages, nobody in them yet."""
    from tests.opened import opened_campaign

    return opened_campaign("411325-2025")


@pytest.fixture
def make_user(db):
    """`make_user("township", "411325101")` → an account with a known password that need not be changed."""
    return create_user


@pytest.fixture
def make_resident(db):
    """`make_resident("411325101200", name=…)` → an invented resident whose number passes the check."""
    return create_resident
