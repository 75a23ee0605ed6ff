"""The database itself refuses to change or delete what is append-only."""

import pytest
from django.db import DatabaseError, transaction

from core.audit import services as audit
from core.audit.models import Event


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_tests_can_start_from_an_empty_log(turn, business_clock):
    assert not Event.objects.exists()
    audit.record("test.event", actor=None, summary="试")
