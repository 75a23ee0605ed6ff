"""python -m tests.upgrade.released: a database of release 1.0.0 with rows in every table, updated to this version.

A program of its own, because it migrates the default database of DATABASE_URL, which must be empty. Prints one JSON
object: what was lost or changed, what is no longer refused, and whether models and migrations differ.
"""

import datetime
import io
import json
import os
import re
import sys
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[2]
#: The last migration of each app in release 1.0.0.
RELEASED = {
    "core": "0002_append_only",
    "residents": "0001_initial",
    "subsidies": "0002_append_only",
    "collection": "0003_closed_campaigns",
    "reporting": "0002_append_only",
}
#: Tables and columns that a later migration renamed on purpose: old name → new name.
RENAMED_TABLES = {"subsidies_countingline": "subsidies_watermark", "collection_notinsured": "collection_visit"}
RENAMED_COLUMNS = {("subsidies_countingline", "settled_until"): "closed_until"}
#: Columns whose values a later migration works out anew, or takes away, on purpose.
CHANGED: set[tuple[str, str]] = {("collection_notinsured", "reason")}
#: Statements that the released database refuses, and every later one must.
APPEND_ONLY = (
    "core_event",
    "collection_movement",
    "subsidies_policyversion",
    "reporting_snapshot",
    "reporting_snapshotrow",
    "reporting_ranking",
)

COUNTY, TOWNSHIP, VILLAGE = "411325", "411325101", "411325101200"
DAY, INSTANT = datetime.date(2024, 10, 20), datetime.datetime(2024, 10, 20, 9, tzinfo=datetime.UTC)
VALUES: dict[str, dict[str, Any]] = {
    "contribution": {"standard": 400, "subsidy": 0, "amount": 400, "state": "recorded", "posted_at": None},
    "villageaccount": dict.fromkeys(("collected", "in_hand", "township", "clearing", "treasury", "refunded"), 0),
    "movement": {"kind": "collection", "from_place": "outside", "to_place": "village", "reverses": None},
    "campaign": {"closed_at": None},
    "receiptbook": {"returned_from": None},
    "resident": {"merged_into": None},
    "statusentry": {"until": None},
    "ranking": {"version": 1, "corrects": None},
    "region": {"is_active": True},
}


class ReleasedWorld:
    """Two rows in every table, made from the models as they were."""

    def __init__(self, apps):
        self.apps = apps
        self.rows: dict[tuple[str, int], Any] = {}

    def fill(self) -> None:
        region = self.apps.get_model("core", "Region")
        for code, level in ((COUNTY, "county"), (TOWNSHIP, "township"), (VILLAGE, "village")):
            fields = {"code": code, "name": f"区划{code}"}
            if any(field.name == "level" for field in region._meta.concrete_fields):
                fields["level"] = level
            region.objects.create(**fields)
        for serial in (1, 2):
            for app in RELEASED:
                for model in self.apps.get_app_config(app).get_models():
                    self.row(model, serial)

    def row(self, model, serial: int):
        name = model._meta.model_name
        if name == "region":
            return model.objects.get(code=VILLAGE)
        if (name, serial) not in self.rows:
            self.rows[name, serial] = None  # a row that leads back to itself has nothing there
            values = {
                field.name: self._value(field, name, serial)
                for field in model._meta.concrete_fields
                if not (field.primary_key and field.get_internal_type().endswith("AutoField"))
            }
            self.rows[name, serial] = made = model.objects.create(**values)
            for field in model._meta.many_to_many:
                getattr(made, field.name).add(self.row(field.related_model, serial))
        return self.rows[name, serial]

    def _value(self, field, name: str, serial: int):
        special = VALUES.get(name, {})
        if field.name in special:
            return special[field.name]
        if field.is_relation:
            return self._related(field, serial)
        kind = field.get_internal_type()
        if field.primary_key and kind == "UUIDField":
            return uuid.uuid5(uuid.NAMESPACE_OID, f"{name}{serial}")
        if field.choices:
            return field.choices[0][0]
        if kind in ("CharField", "TextField", "FileField"):
            return f"{serial}{field.name}"[: field.max_length or 40]
        if field.null:
            return None
        if kind == "DateTimeField":
            return INSTANT + datetime.timedelta(hours=serial)
        day = DAY + datetime.timedelta(days=serial)
        plain = {"DateField": day, "DecimalField": Decimal(serial), "BooleanField": False, "JSONField": [serial]}
        return plain.get(kind, serial)

    def _related(self, field, serial: int):
        related = field.related_model._meta.model_name
        two_people = field.name in ("verified_by", "second_by", "decided_by", "applied_by", "drop")
        if related == "region":
            lengths = {"county": 6, "township": 9}
            return field.related_model.objects.get(code=VILLAGE[: lengths.get(field.name, 12)])
        return self.row(field.related_model, 3 - serial if two_people else serial)


def table_rows(connection) -> dict[str, list[dict]]:
    """Every row of every table of the product, in the order of its key."""
    rows = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table.split("_")[0] in RELEASED:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                names = [column[0] for column in cursor.description]
                rows[table] = [dict(zip(names, map(str, row), strict=True)) for row in cursor.fetchall()]
    return rows


def schema(connection) -> list[str]:
    """Every table, column, index, constraint and trigger, as the database itself tells of it.

    Columns have no order: SQLite remakes a table that is altered, and where the altered column then stands depends on
    how many models Django has drawn before.
    """
    asked = ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"]
    if connection.vendor == "postgresql":
        asked = [
            "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,"
            " is_nullable, column_default, is_identity FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace",
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        ]
    told = []
    with connection.cursor() as cursor:
        for query in asked:
            cursor.execute(query)
            told += [str(row) for row in cursor.fetchall()]
    if connection.vendor == "sqlite":  # which keeps the statement that made a table
        told = [" ".join(sorted(re.findall(r"[^\s,()]+", text))) for text in told]
    return sorted(told)


def lost(before: dict, after: dict) -> list[str]:
    """What stood in the released database and does not stand in the updated one."""
    complaints = []
    for table, rows in before.items():
        now = after.get(RENAMED_TABLES.get(table, table))
        if now is None or len(now) < len(rows):
            complaints.append(f"{table}: {len(rows)} rows, now {'no table' if now is None else len(now)}")
            continue
        for number, row in enumerate(rows):
            for column, value in row.items():
                name = RENAMED_COLUMNS.get((table, column), column)
                if (table, column) not in CHANGED and now[number].get(name, "no column") != value:
                    complaints.append(f"{table}.{column}: {value} → {now[number].get(name, 'no column')}")
    return complaints


def accepted(connection, statements: list[str]) -> list[str]:
    """The statements that the database does not refuse."""
    from django.db import DatabaseError, transaction

    passed = []
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                touched = cursor.rowcount
                raise LookupError  # undone
        except DatabaseError as refusal:
            if "append-only" in str(refusal) or "已办结" in str(refusal):
                continue
            passed.append(f"{statement}: {refusal}")
        except LookupError:
            passed.append(f"{statement}: {touched} rows")
    return passed


def guarded(connection) -> list[str]:
    """Statements that must be refused: changes to what only grows, and new rows of a closed campaign."""
    statements = []
    for table in APPEND_ONLY:
        with connection.cursor() as cursor:
            key = connection.introspection.get_primary_key_column(cursor, RENAMED_TABLES.get(table, table))
        table = RENAMED_TABLES.get(table, table)
        statements += [f'UPDATE "{table}" SET "{key}" = "{key}"', f'DELETE FROM "{table}"']
    return statements


def copies_of_rows(connection, tables=("collection_movement", "collection_contribution", "collection_deposit")):
    """Statements that write each row once more, into the other of the two closed campaigns."""
    anew = {
        "id": '"id" + 1000000',
        "key": "\"key\" || 'x'",
        "year": '"year" + 100',
        "campaign_id": '(SELECT SUM("id") FROM "subsidies_campaign") - "campaign_id"',
    }
    statements = []
    for table in tables:
        with connection.cursor() as cursor:
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        into = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(anew.get(name, f'"{name}"') for name in columns)
        statements.append(f'INSERT INTO "{table}" ({into}) SELECT {values} FROM "{table}"')
    return statements


def main() -> None:
    django.setup()
    from django.apps import apps
    from django.core.management import CommandError, call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    # Of other people's apps the newest; apps of ours that came after the release are not there yet.
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in ours]
    targets = [*others, *RELEASED.items()]
    executor.migrate(targets)
    ReleasedWorld(executor.loader.project_state(targets).apps).fill()
    before = table_rows(connection)
    empty = sorted(table for table, rows in before.items() if not rows)
    refused_before = accepted(connection, guarded(connection))

    call_command("migrate", verbosity=0)
    connection.check_constraints()
    after = table_rows(connection)
    refused_after = accepted(connection, guarded(connection))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE subsidies_campaign SET closed_at = '2025-03-01 00:00:00+00:00'")
    closed = accepted(connection, copies_of_rows(connection))
    differs = ""
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=(out := io.StringIO()))
    except (SystemExit, CommandError):
        differs = out.getvalue()
    report = {
        "tables": len(before),
        "empty": empty,
        "lost": lost(before, after),
        "not_refused_at_release": refused_before,
        "not_refused": refused_after,
        "closed_not_refused": closed,
        "differs": differs,
        "schema": schema(connection),
    }
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
