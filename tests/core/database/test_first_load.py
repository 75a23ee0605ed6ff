"""An empty table is loaded before its indexes are made, and has the same ones afterwards."""

import pytest
from django.db import IntegrityError, connection, transaction

from core.database.first_load import is_first_load, without_indexes
from residents.people.models import Household, Resident

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def definitions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE tablename IN ('residents_resident', 'residents_household')"
            " UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid IN ('residents_resident'::regclass, 'residents_household'::regclass)"
        )
        return sorted(cursor.fetchall())


def person(number, village="411325100001"):
    return Resident(
        name="王小明",
        id_number=number,
        birth_date="1975-06-07",
        sex="M",
        village_id=village,
        registered_on="2024-10-25",
    )


def test_the_same_indexes_and_constraints_stand_afterwards(campaign):
    before = definitions()
    assert is_first_load(Resident, Household)
    with transaction.atomic(), without_indexes(Resident, Household):
        assert len(definitions()) < len(before)
        Resident.objects.bulk_create([person("1"), person("2")])
    assert definitions() == before
    assert not is_first_load(Resident, Household)


@pytest.mark.parametrize(("number", "village"), [("1", "411325100001"), ("2", "999999999999")])
def test_what_breaks_a_constraint_undoes_everything(campaign, number, village):
    before = definitions()
    with pytest.raises(IntegrityError), transaction.atomic(), without_indexes(Resident, Household):
        Resident.objects.bulk_create([person("1"), person(number, village)])
    assert definitions() == before and not Resident.objects.exists()
