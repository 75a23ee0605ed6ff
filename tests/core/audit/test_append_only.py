"""The database itself refuses to change, delete, empty or replace what is append-only."""

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.audit import services as audit
from core.audit.models import Event

#: Every append-only table, with its key.
TABLES = {
    "core_event": "id",
    "collection_movement": "id",
    "reporting_snapshot": "id",
    "reporting_snapshotrow": "id",
    "reporting_ranking": "id",
    "subsidies_policyversion": "hash",
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete"])
def test_an_event_cannot_be_changed_or_deleted(change, business_clock):
    audit.record("test.event", actor=None, summary="试")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if change == "update":
            Event.objects.update(summary="改")
        else:
            Event.objects.all().delete()
    assert Event.objects.get().summary == "试"


@pytest.mark.sqlite
@pytest.mark.django_db
def test_no_row_is_replaced_by_another(campaign):
    from tests.planting import Planter

    Planter("411325100001", "某", 1).plant()
    audit.record("test.event", actor=None, summary="试")
    for table, statement in itertools.product(TABLES, ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT")):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            before = cursor.fetchall()
            assert before, table
            names = ", ".join(connection.ops.quote_name(column[0]) for column in cursor.description)
            places = ", ".join(["%s"] * len(cursor.description))
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(f"{statement} INTO {table} ({names}) VALUES ({places})", before[0])
            cursor.execute(f"SELECT * FROM {table}")
            assert cursor.fetchall() == before, (table, statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_tests_can_start_from_an_empty_log(turn, business_clock):
    assert not Event.objects.exists()
    audit.record("test.event", actor=None, summary="试")
