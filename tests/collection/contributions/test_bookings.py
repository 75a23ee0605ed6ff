"""Who is told of new contributions: everybody, or whoever has something to do with one of the people."""

import pytest

from collection.contributions import bookings
from collection.contributions.models import Contribution
from residents.people.models import Resident

pytestmark = pytest.mark.django_db


def named(name):
    return lambda campaign, residents: Resident.objects.filter(pk__in=residents, name=name).values_list("pk")


@pytest.fixture
def told(monkeypatch):
    """Register callbacks by name; what each was told, in order."""
    monkeypatch.setattr(bookings, "_callbacks", [])
    heard = []

    def follow(name, concerned=None):
        def callback(campaign, contributions, actor, batch):
            heard.append((name, [one.resident_id for one in contributions]))

        bookings.on_booked(callback, concerned=concerned)

    follow.heard = heard
    return follow


@pytest.mark.parametrize(
    ("callbacks", "expected"),
    [
        pytest.param([("all", None)], [("all", "一二三")], id="who asks for all"),
        pytest.param([("some", named("二"))], [("some", "二")], id="who asks for some"),
        pytest.param([("nobody", named("四")), ("all", None)], [("all", "一二三")], id="who has nobody is not told"),
        pytest.param(
            [("late", named("三")), ("all", None), ("early", named("一"))],
            [("late", "三"), ("all", "一二三"), ("early", "一")],
            id="in the order of registering",
        ),
    ],
)
def test_each_is_told_of_its_own(told, campaign, make_resident, django_assert_num_queries, callbacks, expected):
    people = {name: make_resident("411325101200", name=name) for name in "一二三"}
    for name, concerned in callbacks:
        told(name, concerned)
    made = [Contribution(resident=person) for person in people.values()]
    with django_assert_num_queries(1 if any(concerned for _, concerned in callbacks) else 0):
        bookings.report_booked(campaign, made, None, "")
    assert told.heard == [(name, [people[one].pk for one in names]) for name, names in expected]


def test_registered_twice_is_told_once(monkeypatch, campaign, make_resident):
    monkeypatch.setattr(bookings, "_callbacks", [])
    heard = []

    def callback(*_):
        heard.append(1)

    for _ in range(2):
        bookings.on_booked(callback)
    bookings.report_booked(campaign, [Contribution(resident=make_resident("411325101200"))], None, "")
    assert heard == [1]
