"""The demo's clock moves forwards only, by two roles, and leaves an event; on the real clock there is no such page."""

import datetime

import pytest
from django.urls import reverse

from config import clock
from core.audit.models import Event
from demo.views import next_friday_noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def county_client(client, campaign, make_user):
    client.force_login(make_user("county", "411325"))
    return client


def test_it_moves_forward_and_says_so(county_client):
    county_client.post(reverse("demo_clock"), {"instant": "2024-10-25T12:00"})
    assert clock.now() == datetime.datetime(2024, 10, 25, 4, 0, tzinfo=datetime.UTC)
    assert Event.objects.filter(action="demo.clock").count() == 1


@pytest.mark.parametrize("instant", ["2024-10-25T11:00", "2024-10-24T12:00", "", "gestern"])
def test_it_does_not_move_back_or_nowhere(county_client, instant):
    answer = county_client.post(reverse("demo_clock"), {"instant": instant})
    assert answer.status_code == 400 and answer.context["form"].errors
    assert clock.now() == datetime.datetime(2024, 10, 25, 3, 0, tzinfo=datetime.UTC)


def test_the_real_clock_has_no_such_page(county_client, settings):
    settings.BUSINESS_CLOCK = ""
    assert county_client.get(reverse("demo_clock")).status_code == 404


@pytest.mark.parametrize(
    ("now", "noon"),
    [
        ("2024-10-25T11:00", "2024-10-25T12:00"),
        ("2024-10-25T12:00", "2024-11-01T12:00"),
        ("2024-10-26T09:00", "2024-11-01T12:00"),
    ],
    ids=["Friday before noon", "Friday at noon", "Saturday"],
)
def test_next_friday_noon(business_clock, now, noon):
    business_clock(now)
    assert f"{next_friday_noon():%Y-%m-%dT%H:%M}" == noon
