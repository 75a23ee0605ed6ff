"""A long list in a filter, and many objects written at once, mean what Django's own ways mean."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.database.bulk import update_objects
from core.database.lookups import MANY
from residents.people.models import Resident
from tests.factories import create_resident

pytestmark = pytest.mark.django_db
VILLAGE, OTHER = "411325101200", "411325101201"


@pytest.fixture
def people(campaign):
    addresses = ("'甲\"{}", "乙\\\\,", "丙 NULL\\t")
    villages = (VILLAGE, OTHER, VILLAGE)
    return [create_resident(village, address=address) for village, address in zip(villages, addresses, strict=True)]


# name, field, of a person, what no row has
LISTS = [
    ("a key", "pk", lambda person: person.pk, range(10**6, 10**6 + MANY)),
    ("a text", "id_number", lambda person: person.id_number, [f"无{n}" for n in range(MANY)]),
    ("a text with marks", "address", lambda person: person.address, [f'无"{n}' for n in range(MANY)]),
    ("a reference by number", "household", lambda person: person.pk, range(10**6, 10**6 + MANY)),
    ("a reference by code", "village", lambda person: person.village_id, [f"9{n}" for n in range(MANY)]),
]


@pytest.mark.parametrize(("name", "value", "others"), [case[1:] for case in LISTS], ids=[case[0] for case in LISTS])
def test_a_long_list_finds_what_a_short_one_finds(name, value, others, people):
    wanted = [value(people[0]), value(people[2])]
    for condition in (wanted, [*wanted, *wanted, *others]):
        rows = Resident.objects.filter(**{f"{name}__in": condition}).order_by("pk")
        left = Resident.objects.exclude(**{f"{name}__in": condition}).order_by("pk")
        expected = [] if name == "household" else [people[0], people[2]]
        assert list(rows) == expected
        assert list(left) == [one for one in people if one not in expected]


@pytest.mark.parametrize("name", ["pk", "household", "household__pk"])
@pytest.mark.parametrize("others", [0, MANY], ids=["a short list", "a long one"])
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_that_no_column_holds_equals_nothing(name, others, number, people):
    wanted = [people[0].pk] if name == "pk" else []
    for found in (wanted, []):
        asked = [*found, number, *range(10**6, 10**6 + others)]
        assert list(Resident.objects.filter(**{f"{name}__in": asked}).values_list("pk", flat=True)) == found
        left = Resident.objects.exclude(**{f"{name}__in": asked})
        assert set(left.values_list("pk", flat=True)) == {one.pk for one in people} - set(found)


def test_a_long_list_is_one_parameter_and_no_other_kind_is(people):
    def statement(values):
        with CaptureQueriesContext(connection) as seen:
            list(Resident.objects.filter(pk__in=values))
        return seen[0]["sql"]

    mark = "json_each" if connection.vendor == "sqlite" else "ANY("
    assert mark in statement(list(range(MANY)))
    assert mark not in statement(list(range(MANY - 1)))
    assert mark not in statement([*range(MANY), str(MANY)])


def test_many_objects_are_written_at_once(people):
    for number, person in enumerate(people):
        person.phone, person.status_on = f"1380000000{number}", None if number else datetime.date(2024, 10, 1)
        person.name = "不写"
    assert update_objects(people, ["phone", "status_on"]) == 3
    kept = list(Resident.objects.order_by("pk").values_list("phone", "status_on"))
    assert kept == [("13800000000", datetime.date(2024, 10, 1)), ("13800000001", None), ("13800000002", None)]
    assert not Resident.objects.filter(name="不写").exists()
    assert update_objects([], ["phone"]) == 0
