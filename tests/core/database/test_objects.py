"""An object made or fetched quickly is the object that the model's own class makes."""

import datetime

import pytest
from django.forms.models import model_to_dict

from collection.money.models import Movement
from core.database.lookups import MANY
from core.database.objects import new_object, read_objects
from core.jobs.models import Job
from residents.people.models import Resident


def test_it_is_what_the_class_makes(campaign, django_assert_num_queries):
    facts = {
        "village_id": "411325101200",
        "kind": "collect",
        "amount": 400,
        "on": datetime.date(2024, 10, 1),
        "key": "a",
    }
    made, usual = new_object(Movement, {"campaign": campaign}, **facts), Movement(campaign=campaign, **facts)
    assert model_to_dict(made) == model_to_dict(usual)
    assert made.pk is None and made._state.adding
    with django_assert_num_queries(0):
        assert made.campaign is campaign and made.deposit is None


def test_defaults_that_are_made_are_made_for_each():
    first, second = (new_object(Job, {}, kind="k", key="k") for _ in range(2))
    assert first.pk != second.pk and first.args == {} and first.args is not second.args
    assert first.state == Job.State.QUEUED


def test_a_name_that_no_attribute_has():
    with pytest.raises(TypeError, match="Movement has no nobody"):
        new_object(Movement, {}, nobody=1)


def test_a_long_mapping_is_one_parameter_too(campaign, make_resident):
    person = make_resident("411325101200")
    many = dict.fromkeys(range(10**9, 10**9 + MANY)) | {person.pk: None}
    for asked in (many, many.keys()):
        rows = Resident.objects.filter(pk__in=asked)
        assert list(rows) == [person] and len(rows.query.sql_with_params()[1]) == 1


def test_what_is_fetched_is_what_the_class_fetches(campaign, make_resident, django_assert_num_queries):
    people = [make_resident("411325101200", phone=phone) for phone in ("", "13800138000")]
    rows = Resident.objects.order_by("-pk")
    with django_assert_num_queries(1):
        found = read_objects(rows)
    assert found == people[::-1]
    for one, usual in zip(found, rows, strict=True):
        assert model_to_dict(one) == model_to_dict(usual) and not one._state.adding
        assert one.village == usual.village and one._state.db == usual._state.db
    found[0].name = "改名"
    found[0].save()
    assert Resident.objects.get(pk=found[0].pk).name == "改名" and Resident.objects.count() == 2


@pytest.mark.parametrize("more", [lambda rows: rows.select_related("village"), lambda rows: rows.only("name")])
def test_what_is_asked_beside_the_columns_is_fetched_too(campaign, make_resident, django_assert_num_queries, more):
    make_resident("411325101200")
    with django_assert_num_queries(1):
        [one] = read_objects(more(Resident.objects.all()))
        assert one.name and (more(Resident.objects).query.deferred_loading[0] or one.village.name)
