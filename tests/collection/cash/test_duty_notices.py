"""Who gets which text message about cash, and that each gets it once."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection import tasks
from collection.cash import notices
from collection.money import services as money
from core.messages.models import OutboxMessage

VILLAGE, OTHER, TOWN, COUNTY = "411325101200", "411325101201", "411325101", "411325"
pytestmark = pytest.mark.django_db


@pytest.fixture
def people(make_user):
    return {
        "helper": make_user("village", VILLAGE, name="协办", phone="13800000001"),
        "reviewer": make_user("township", TOWN, name="审核", position="reviewer", phone="13800000002"),
        "leader": make_user("township", TOWN, name="分管", position="leader"),
        "county": make_user("county", COUNTY, name="县局"),
        "other": make_user("village", "411325102200", name="别村"),
    }


@pytest.fixture
def cash(campaign, people):
    def cash(amount, day, village=VILLAGE):
        fact = money.Fact(
            key=f"c:{village}:{day}",
            kind="collect",
            village=village,
            amount=Decimal(amount),
            on=datetime.date(2024, 10, day),
        )
        money.record_movements(campaign=campaign, facts=[fact], actor=people["helper"])

    return cash


@pytest.fixture
def told(campaign):
    """`told(25)` → sorted [(name, step or "digest")] queued for that day of October."""

    def told(day):
        before = set(OutboxMessage.objects.values_list("pk", flat=True))
        notices.queue_warnings(campaign=campaign, as_of=datetime.date(2024, 10, day))
        rows = OutboxMessage.objects.exclude(pk__in=before)
        return sorted((row.to_name, row.key.split(":")[3]) for row in rows)

    return told


def test_the_steps_reach_one_level_further_each(cash, told):
    cash("400", 10)
    assert told(12) == []
    assert told(13) == [("协办", "coming_due")]
    assert told(14) == [("协办", "coming_due")]
    assert told(15) == [("协办", "due_today"), ("审核", "due_today")]
    assert told(16) == [("协办", "late"), ("县局", "late"), ("审核", "late")]
    assert told(17) == [("协办", "late"), ("县局", "late"), ("审核", "late")]


def test_nobody_is_told_twice_on_a_day(cash, told):
    cash("400", 10)
    assert told(16)
    assert told(16) == []


def test_near_the_amount_is_told_once(cash, told):
    cash("8000", 10)
    assert told(10) == [("协办", "near_amount")]
    assert told(11) == []


def test_a_village_without_a_helper_is_warned_through_its_township(cash, told):
    cash("400", 10, village=OTHER)
    assert told(13) == [("审核", "coming_due")]
    assert told(15) == [("审核", "due_today")]


def test_the_county_gets_one_count_a_day(cash, told):
    cash("400", 10)
    cash("800", 8, village=OTHER)
    told(16)
    (digest,) = OutboxMessage.objects.filter(to_name="县局")
    assert "有 2 个村" in digest.text and "1,200.00 元" in digest.text and "最久 3 天" in digest.text
    assert len(digest.text) <= 300


def test_messages_carry_phone_and_region(cash, told, people):
    cash("400", 10)
    told(15)
    message = OutboxMessage.objects.get(to_name="协办")
    assert (message.to_phone, message.region_code, message.kind) == ("13800000001", VILLAGE, "duty")


def test_disabled_accounts_get_nothing(cash, told, people):
    people["helper"].is_active = False
    people["helper"].save()
    cash("400", 10)
    assert told(13) == [("审核", "coming_due")]


def test_statements_do_not_grow_with_the_villages(campaign, cash):
    def statements():
        with CaptureQueriesContext(connection) as found:
            notices.queue_warnings(campaign=campaign, as_of=datetime.date(2024, 10, 16))
        return len(found)

    cash("400", 10)
    few = statements()
    for number in range(200, 215):
        cash("400", 10, village=f"411325102{number}")
    assert statements() == few


@pytest.mark.parametrize(("moment", "count"), [("07:59", 0), ("08:00", 3), ("19:59", 3), ("20:00", 0)])
def test_nobody_is_woken(cash, business_clock, moment, count):
    cash("400", 10)
    business_clock(f"2024-10-16T{moment}:00+08:00")
    tasks.queue_duty_warnings()
    assert OutboxMessage.objects.count() == count


def test_a_closed_campaign_warns_nobody(campaign, cash, business_clock):
    cash("400", 10)
    campaign.closed_at = campaign.opened_at
    campaign.save()
    tasks.queue_duty_warnings()
    assert not OutboxMessage.objects.exists()
