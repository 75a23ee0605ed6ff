"""A migrated database, made once for each set of migrations and copied by every run.

Migrating takes seconds of processor time, copying none. On SQLite the copy is a file in the system's temporary
folder, on PostgreSQL a database of its own (`migrated_…`), named as the template. Its name is worked out from what the
migrations say, so that a further one leads to a new copy. A run that finds it being made waits for it; who makes one
throws away those that nobody has used for two days.
"""

import fcntl
import hashlib
import inspect
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from core.database import quick_migrations

MIGRATE = """
import django; django.setup()
from django.core.management import call_command
from core.database.quick_migrations import quick_migrations
with quick_migrations():
    call_command("migrate", verbosity=0)
"""
#: Seconds after which a copy that no run has asked for is thrown away.
UNUSED = 2 * 24 * 3600
ROOT = Path(__file__).resolve().parents[1]


def start_from_copy(name: str | None = None) -> None:
    """Let the test database be a copy of the migrated one; on SQLite the copy is the file `name`.

    No test asks what a power failure leaves, so that no commit waits for the disk.
    """
    database = settings.DATABASES["default"]
    test = database.setdefault("TEST", {})
    if database["ENGINE"].endswith("sqlite3"):
        assert name is not None
        shutil.copyfile(migrated_file(), name)
        test["NAME"] = name
        database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
    else:
        database["OPTIONS"]["options"] += " -c synchronous_commit=off"
        test["TEMPLATE"] = _migrated_database()


def migrated_file() -> Path:
    """The migrated SQLite database; copy it, never write to it."""
    done = Path(tempfile.gettempdir()) / f"county-migrated-{_key()}.sqlite3"
    if done.exists():  # it gets its name when it is whole: nobody waits for another set of migrations
        done.touch()
        return done
    with alone("sqlite"):
        if not done.exists():
            making = done.with_suffix(f".{os.getpid()}")
            _migrate(f"sqlite:///{making}")
            making.replace(done)
            sweep("county-migrated-*.sqlite3*")
            sweep("county-tests-*")
    return done


def sweep(names: str) -> None:
    """Throw away what nobody has used for two days: whoever makes a new copy does it, of the same kind."""
    for old in Path(tempfile.gettempdir()).glob(names):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > UNUSED:
                shutil.rmtree(old) if old.is_dir() else old.unlink()


def _migrated_database() -> str:
    done = f"migrated_{_key()}"
    url = os.environ["DATABASE_URL"]
    server, _, _ = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if _is_there(connection, done):  # it gets its name when it is whole, as the file does
            _used_now(connection, done)
            return done
        with alone("postgres"):
            if not _is_there(connection, done):
                making = f"{done}_making"
                connection.execute(f'DROP DATABASE IF EXISTS "{making}"')
                connection.execute(f'CREATE DATABASE "{making}"')
                _migrate(f"{server}/{making}")
                connection.execute(f'ALTER DATABASE "{making}" RENAME TO "{done}"')
                _used_now(connection, done)
                _sweep_databases(connection)
    return done


def _used_now(connection: psycopg.Connection, name: str) -> None:
    connection.execute(f"COMMENT ON DATABASE \"{name}\" IS '{time.time():.0f}'")


def _sweep_databases(connection: psycopg.Connection) -> None:
    """As `sweep`; a copy says in its comment when it was last used."""
    copies = connection.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname ~ '^migrated_[0-9a-f]+$'"
    ).fetchall()
    for name, used in copies:
        if used is None:
            _used_now(connection, name)
        elif time.time() - float(used) > UNUSED:
            with suppress(psycopg.Error):  # somebody copies it just now
                connection.execute(f'DROP DATABASE "{name}"')


def _is_there(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _migrate(url: str) -> None:
    command = [sys.executable, "-c", MIGRATE]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _key() -> str:
    """What all migrations say, of the product and of its libraries, as sixteen hexadecimal digits."""
    modules = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    digest = hashlib.sha256(django.__version__.encode() + inspect.getsource(quick_migrations).encode())
    for key in sorted(modules):
        digest.update(repr(key).encode())
        digest.update(Path(inspect.getfile(type(modules[key]))).read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def alone(engine: str) -> Iterator[None]:
    """Let one process of this machine make the copy; the others wait."""
    with (Path(tempfile.gettempdir()) / f"county-migrated-{engine}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
