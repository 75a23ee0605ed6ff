"""An installation of 1.0.0 with data in it, updated to this version, on the engine of this run."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.db import connection

from tests.upgrade.released import schema

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def empty_database(django_db_setup, django_db_blocker, tmp_path):
    """The address of a database that has no table yet, on the engine that the suite runs on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/released.sqlite3"
        return
    server, fresh = connection.settings_dict, f"released_{uuid.uuid4().hex[:12]}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {fresh}")
    password = f":{server['PASSWORD']}" if server["PASSWORD"] else ""
    try:
        yield f"postgres://{server['USER']}{password}@{server['HOST']}:{server['PORT'] or 5432}/{fresh}"
    finally:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {fresh} WITH (FORCE)")


def test_a_released_database_with_data_is_updated_whole(empty_database, django_db_blocker, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrade.released"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": empty_database, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["tables"] >= 52
    assert report["empty"] == []  # every table has something to lose
    assert report["not_refused_at_release"] == []
    assert report["lost"] == []
    assert report["not_refused"] == []
    assert report["closed_not_refused"] == []
    assert report["differs"] == ""
    with django_db_blocker.unblock():  # the suite's own database was migrated from nothing, by the quick way
        assert report["schema"] == schema(connection)
