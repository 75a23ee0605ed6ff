"""Whoever works with the service's role can read and add to what is append-only, and nothing more, by any statement."""

import os
import subprocess
import uuid
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import errors, sql

from core.audit import services as audit

ROOT = Path(__file__).resolve().parents[2]
APPEND_ONLY = {
    "core_event",
    "collection_movement",
    "reporting_snapshot",
    "reporting_snapshotrow",
    "reporting_ranking",
    "subsidies_policyversion",
}

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def connect(user=None):
    facts = connection.settings_dict
    return psycopg.connect(
        dbname=facts["NAME"],
        host=facts["HOST"] or None,
        port=facts["PORT"] or None,
        user=user or facts["USER"],
        password=facts["PASSWORD"] or None,
        autocommit=True,
    )


@pytest.fixture
def service():
    """A login without rights of its own, after deploy/roles.sql has been run for it twice."""
    name = f"service_{uuid.uuid4().hex[:8]}"
    facts = connection.settings_dict
    with connect() as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        environment = {
            "PATH": os.environ["PATH"],
            "PGHOST": facts["HOST"] or "",
            "PGPORT": str(facts["PORT"] or ""),
            "PGUSER": facts["USER"],
            "PGPASSWORD": facts["PASSWORD"] or "",
            "PGDATABASE": facts["NAME"],
        }
        options = ["-v", "ON_ERROR_STOP=1", "-v", f"owner={facts['USER']}", "-v", f"service={name}"]
        for _ in range(2):
            done = subprocess.run(
                ["psql", "-q", *options, "-f", str(ROOT / "deploy" / "roles.sql")],
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
        yield name
        owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_the_service_may_read_and_add_and_nothing_else(service, business_clock):
    audit.record("test.event", actor=None, summary="试")
    refused = (errors.InsufficientPrivilege,)
    with connect(service) as working:
        assert working.execute("SELECT summary FROM core_event").fetchall() == [("试",)]
        working.execute(
            "INSERT INTO core_event (at, recorded_at, actor_name, action, object_type, object_id, region_code, source,"
            " summary, batch) VALUES (now(), now(), '', 'a.b', '', '', '', '', '另', '')"
        )
        for table in APPEND_ONLY:
            for statement in (
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                f"DROP TRIGGER {table}_append_only ON {table}",
                f"DROP TABLE {table} CASCADE",
            ):
                with pytest.raises(refused):
                    working.execute(statement)
        for statement in (
            "UPDATE core_event SET summary = '改'",
            "SET session_replication_role = replica",
            "CREATE TABLE mine (a int)",
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS 'BEGIN RETURN NEW; END' LANGUAGE plpgsql",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', 'x', now())",
        ):
            with pytest.raises(refused):
                working.execute(statement)
        working.execute("UPDATE core_user SET name = name")
        working.execute("DELETE FROM django_session")


def test_every_append_only_table_is_covered(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%%\\_append\\_only' AND NOT tgisinternal"
        )
        assert {name for (name,) in cursor.fetchall()} >= APPEND_ONLY
