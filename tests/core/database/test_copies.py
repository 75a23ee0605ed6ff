"""Copies of the migrated database that nobody uses any more go when a new one is made (tests/migrated.py)."""

import os
import tempfile
import time

import psycopg
import pytest
from django.db import connection

from tests import migrated

OLD = time.time() - migrated.UNUSED - 60


def test_files_and_folders_that_nobody_used_are_thrown_away(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("county-migrated-a.sqlite3", "county-migrated-b.sqlite3", "another.sqlite3"):
        (tmp_path / name).touch()
    (tmp_path / "county-demo-a").mkdir()
    for name in ("county-migrated-a.sqlite3", "county-demo-a", "another.sqlite3"):
        os.utime(tmp_path / name, (OLD, OLD))
    migrated.sweep("county-migrated-*.sqlite3*")
    migrated.sweep("county-demo-*")
    assert {path.name for path in tmp_path.iterdir()} == {"county-migrated-b.sqlite3", "another.sqlite3"}


@pytest.mark.postgres
@pytest.mark.django_db
def test_databases_that_nobody_used_are_dropped_and_those_of_before_get_a_date():
    unused, of_before = "migrated_0000000000000001", "migrated_0000000000000002"
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as own:
        try:
            for name in (unused, of_before):
                own.execute(f'CREATE DATABASE "{name}"')
            own.execute(f"COMMENT ON DATABASE \"{unused}\" IS '{OLD:.0f}'")
            migrated._sweep_databases(own)
            assert not migrated._is_there(own, unused) and migrated._is_there(own, of_before)
            assert connection.settings_dict["TEST"]["TEMPLATE"].startswith("migrated_")
        finally:
            for name in (unused, of_before):
                own.execute(f'DROP DATABASE IF EXISTS "{name}"')
