import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.audit.models import Event
from core.database.bulk import ROWS_A_PIECE, insert_objects, insert_values, insert_with_ids
from core.jobs.models import Job
from core.regions.models import Region


def test_objects_come_back_as_they_were(db, make_user):
    moment = datetime.datetime(2024, 10, 25, 3, 0, 0, 123, tzinfo=datetime.UTC)
    actor, token = make_user("audit"), uuid.uuid4()
    told = {"甲": [1, "2"]}
    events = [
        Event(at=moment, actor=actor, actor_name="名'字", action="a.b", summary=f"第{n}件", before=None, after=told)
        for n in range(3)
    ]
    assert insert_objects(events) == 3
    first, *_ = Event.objects.filter(action="a.b").order_by("pk")
    assert (first.at, first.actor, first.actor_name) == (moment, actor, "名'字")
    assert (first.summary, first.before, first.after) == ("第0件", None, {"甲": [1, "2"]})
    assert first.recorded_at is not None
    assert Event.objects.filter(at__lte=moment, action="a.b").count() == 3
    insert_objects([Job(kind="k", key="k", token=token, done=5, heartbeat_at=moment)])
    job = Job.objects.get(token=token)
    assert (job.done, job.heartbeat_at, job.args) == (5, moment, {})


def test_amounts_and_days(campaign):
    from collection.money.models import Movement

    day = datetime.date(2024, 10, 1)
    insert_objects(
        [
            Movement(
                campaign=campaign,
                village_id="411325101200",
                kind="collect",
                from_place="outside",
                to_place="village",
                amount=Decimal(amount),
                on=day,
                at=datetime.datetime(2024, 10, 25, tzinfo=datetime.UTC),
                key=amount,
            )
            for amount in ("400.00", "0.10", "99999999.99")
        ]
    )
    found = {m.key: (m.amount, m.on) for m in Movement.objects.all()}
    assert found == {k: (Decimal(k), day) for k in ("400.00", "0.10", "99999999.99")}
    assert Movement.objects.filter(amount__lt=1).count() == 1


def test_a_broken_constraint_is_an_error_and_saves_nothing(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_objects([Region(code="990000", name=name, level="county") for name in "甲乙"])
    assert not Region.objects.filter(code="990000").exists()


def test_values_of_some_columns_the_rest_by_default(db):
    moment = datetime.datetime(2024, 10, 25, 3, tzinfo=datetime.UTC)
    names = ["at", "recorded_at", "actor_name", "action", "summary", "before"]
    assert insert_values(Event, names, [(moment, moment, "甲\t乙", "a.b", "\\N", {"x": None})]) == 1
    event = Event.objects.get(action="a.b")
    assert (event.actor_name, event.summary, event.before, event.after) == ("甲\t乙", "\\N", {"x": None}, None)
    assert (event.at, event.batch, event.actor) == (moment, "", None)


#: Values of a text and of a JSON column that come back as they were, whatever they mean to the engine.
TEXTS = ["", "\\", "\\N", "\\.", "甲\t乙", "一\n二", "一\r\n二", "'", '"', "{}", "NULL", "true", "𫍯"]
DOCUMENTS = [None, {}, [], {"甲": "一\n二"}, {"a": None}, ["\\", 1, True, 0.5], {"a": {"b": "\\N"}}]


def test_whatever_stands_in_a_column_comes_back(db):
    moment = datetime.datetime(2024, 10, 25, 3, tzinfo=datetime.UTC)
    names = ["at", "recorded_at", "actor_name", "action", "summary", "before"]
    rows = [(moment, moment, "甲", "a.b", text, None) for text in TEXTS]
    rows += [(moment, moment, "甲", "a.c", "", document) for document in DOCUMENTS]
    assert insert_values(Event, names, rows) == len(rows)
    events = Event.objects.order_by("pk")
    assert list(events.filter(action="a.b").values_list("summary", flat=True)) == TEXTS
    assert list(events.filter(action="a.c").values_list("before", flat=True)) == DOCUMENTS


def test_more_rows_than_are_sent_at_once(db):
    moment = datetime.datetime(2024, 10, 25, 3, tzinfo=datetime.UTC)
    many = 2 * ROWS_A_PIECE + 1
    rows = [(moment, moment, "甲", "a.b", str(number)) for number in range(many)]
    assert insert_values(Event, ["at", "recorded_at", "actor_name", "action", "summary"], rows) == many
    kept = Event.objects.filter(action="a.b").order_by("pk").values_list("summary", flat=True)
    assert list(kept) == [row[-1] for row in rows]


def test_keys_are_those_of_the_rows_and_no_later_row_takes_one(db):
    moment = datetime.datetime(2024, 10, 25, 3, tzinfo=datetime.UTC)
    event = lambda summary: Event(at=moment, actor_name="甲", action="a.b", summary=summary)  # noqa: E731
    before, first = event("旧"), [event(f"第{n}件") for n in range(3)]
    before.save()
    assert insert_with_ids(first) == 3
    later, second = event("后"), [event("末")]
    later.save()
    insert_with_ids(second)
    saved = dict(Event.objects.filter(action="a.b").values_list("pk", "summary"))
    assert saved == {one.pk: one.summary for one in (before, *first, later, *second)}
    assert len(saved) == 6 and not first[0]._state.adding


def test_nothing(db):
    assert insert_with_ids([]) == 0
    assert insert_objects([]) == 0
