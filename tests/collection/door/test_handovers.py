"""A new helper takes over: both confirm the same facts, then the old account and phones are closed."""

import pytest
from django.urls import reverse

from collection.door import handovers
from collection.door.models import Handover
from collection.door.phones import register_phone
from core.audit.models import Event
from core.refusals import Refused
from tests.collection.door.door_world import VILLAGE, household, message, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def giver(make_user):
    return make_user("village", VILLAGE, name="老会计")


@pytest.fixture
def taker(make_user):
    return make_user("village", VILLAGE, name="新会计")


@pytest.fixture
def clerk(make_user):
    return make_user("township", VILLAGE[:9])


@pytest.fixture
def handover(campaign, giver, taker, clerk):
    return handovers.start_handover(campaign=campaign, village=giver.region, giver=giver, taker=taker, actor=clerk)


def test_what_passes_from_hand_to_hand(campaign, giver, handover, make_resident):
    take(campaign, giver, message(household(make_resident, "0001", "李春生", "李秀英")[:1], "NX0101"))
    take(campaign, giver, message(household(make_resident, "0002", "王建国"), "NX0101"))
    assert handovers.facts_of(campaign=campaign, village=giver.region) == {
        "in_hand": "800.00",
        "receipts": [["NX0102", "NX0120", 19]],
        "people": 3,
        "unpaid": 2,
        "cases": 1,
        "pending": 0,
    }


@pytest.mark.parametrize("first", ["giver", "taker"])
def test_both_confirm_and_the_old_account_and_phones_are_closed(giver, taker, handover, first):
    phone = register_phone(user=giver, village=giver.region, label="").phone
    people = (giver, taker) if first == "giver" else (taker, giver)
    assert handovers.confirm_handover(handover=handover, actor=people[0]).state == "open"
    assert handovers.confirm_handover(handover=handover, actor=people[0]).state == "open"
    for _ in range(2):
        assert handovers.confirm_handover(handover=handover, actor=people[1]).state == "done"
    giver.refresh_from_db()
    taker.refresh_from_db()
    phone.refresh_from_db()
    assert (giver.is_active, taker.is_active, phone.cut_off_reason) == (False, True, "工作已移交")
    assert Event.objects.filter(action="handover.confirm").count() == 3


def test_what_changes_in_between_voids_the_first_confirmation(campaign, giver, taker, handover, make_resident):
    handovers.confirm_handover(handover=handover, actor=giver)
    take(campaign, giver, message(household(make_resident, "0001", "李春生"), "NX0101"))
    after = handovers.confirm_handover(handover=handover, actor=taker)
    assert (after.state, after.given_at, bool(after.taken_at)) == ("open", None, True)
    assert handovers.confirm_handover(handover=handover, actor=giver).state == "done"


def test_the_township_confirms_for_a_giver_who_cannot_come(giver, taker, clerk, handover):
    with pytest.raises(Refused, match="不能到场"):
        handovers.confirm_handover(handover=handover, actor=clerk)
    handovers.confirm_handover(handover=handover, actor=clerk, absent_reason="已外出务工")
    done = handovers.confirm_handover(handover=handover, actor=taker)
    assert (done.state, done.given_by, done.absent_reason) == ("done", clerk, "已外出务工")


def test_nobody_else_confirms(handover, make_user):
    with pytest.raises(Refused, match="只有移交人"):
        handovers.confirm_handover(handover=handover, actor=make_user("village", VILLAGE))


def test_who_may_hand_over_to_whom(campaign, giver, taker, clerk, handover, make_user):
    start = lambda a, b: handovers.start_handover(  # noqa: E731
        campaign=campaign, village=giver.region, giver=a, taker=b, actor=clerk
    )
    assert start(giver, taker) == handover
    with pytest.raises(Refused, match="还没有办完"):
        start(taker, giver)
    handovers.withdraw_handover(handover=handover, actor=clerk)
    with pytest.raises(Refused, match="同一个账号"):
        start(giver, giver)
    with pytest.raises(Refused, match="不是"):
        start(giver, make_user("village", "411325101201"))
    with pytest.raises(Refused, match="停用"):
        start(giver, make_user("village", VILLAGE, is_active=False))


def test_the_pages_of_a_handover(client, giver, taker, clerk, campaign, make_user, make_resident):
    take(campaign, giver, message(household(make_resident, "0001", "李春生", "王秀英", "李小宝"), "NX0101"))
    client.force_login(clerk)
    client.post(reverse("handovers"), {"giver": giver.pk, "taker": taker.pk})
    made = Handover.objects.get()
    page = reverse("handover", args=[made.pk])
    shown = client.get(page).content.decode()
    assert "NX0102—NX0120，19 张" in shown and "1,200.00 元" in shown
    for user in (taker, giver):
        client.force_login(user)
        assert "待双方确认" in client.get("/").content.decode()
        client.post(page, {"step": "confirm"})
    made.refresh_from_db()
    assert made.state == "done"
    client.force_login(taker)
    assert "已交接" in client.get(page).content.decode()
    client.force_login(make_user("township", "411325100"))
    assert client.get(page).status_code == 404
