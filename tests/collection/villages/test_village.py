"""The village's page: figures that follow from its people, and a number of statements that does not grow with them."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.villages.selectors import overview
from config import clock
from residents.people.models import Resident
from subsidies.campaigns.targets import set_targets
from subsidies.quotes.selectors import quote_residents

VILLAGE = "411325101200"
pytestmark = pytest.mark.django_db


def pay(campaign, resident, channel="cash", **fields):
    return Contribution.objects.create(
        campaign=campaign,
        resident=resident,
        year=campaign.year,
        channel=channel,
        amount=Decimal(0) if channel == "free" else Decimal(400),
        standard=Decimal(400),
        subsidy=Decimal(400) if channel == "free" else Decimal(0),
        category="普通居民",
        policy_version=campaign.policy_version,
        clause="三（二）",
        paid_on=datetime.date(2024, 10, 1),
        recorded_at="2024-10-01T10:00+08:00",
        **{"village_id": VILLAGE, **fields},
    )


def test_the_figures_follow_from_the_people(campaign, make_resident, make_user):
    set_targets(campaign=campaign, people={VILLAGE: 5}, source="任务表", actor=make_user("county", "411325"))
    people = [make_resident(VILLAGE) for _ in range(6)]
    Resident.objects.filter(pk=people[5].pk).update(status=Resident.Status.DEAD)
    pay(campaign, people[0])
    pay(campaign, people[1], "self", posted_at="2024-10-01T10:00+08:00")
    pay(campaign, people[2], "free")
    pay(campaign, people[3], ended_at="2024-10-02T10:00+08:00", state="reversed")
    seen = overview(campaign=campaign, village=VILLAGE)
    assert (seen.task, seen.residents, seen.paid, seen.unpaid, seen.to_task) == (5, 5, 3, 2, 2)
    assert (seen.free, seen.self_paid, seen.posted) == (1, 1, 1)


def test_a_village_without_a_task_says_so(client, campaign, make_user):
    client.force_login(make_user("village", VILLAGE))
    assert "未下达" in client.get(reverse("village", args=[VILLAGE])).content.decode()


def test_the_statements_do_not_grow_with_the_people(client, campaign, make_user, make_resident):
    client.force_login(make_user("village", VILLAGE))

    def statements():
        counts = {}
        for address in (reverse("home"), reverse("village", args=[VILLAGE])):
            with CaptureQueriesContext(connection) as found:
                client.get(address)
            counts[address] = len(found)
        return counts

    statements()  # what is read once a process
    few = statements()
    for number in range(40):
        resident = make_resident(VILLAGE)
        if number % 2:
            pay(campaign, resident)
    assert statements() == few and max(few.values()) <= 20


def test_a_helper_goes_to_the_own_village_and_to_no_other(client, campaign, make_user):
    client.force_login(make_user("village", VILLAGE))
    assert client.get(reverse("own_village")).url == reverse("village", args=[VILLAGE])
    assert client.get(reverse("village", args=["411325101201"])).status_code == 404


def test_somebody_paid_for_elsewhere_is_paid(campaign, make_resident):
    moved, stays = make_resident(VILLAGE), make_resident(VILLAGE)
    pay(campaign, moved, village_id="411325101201")
    pay(campaign, stays, ended_at="2024-10-02T10:00+08:00", state="reversed")
    seen = overview(campaign=campaign, village=VILLAGE)
    assert (seen.task, seen.residents, seen.paid, seen.unpaid, seen.posted) == (None, 2, 1, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_of_a_village_is_never_old(client, campaign, make_user, make_resident):
    """Each change is seen at once, also a payment that another village recorded; between them nothing is asked."""
    people = [make_resident(VILLAGE) for _ in range(3)]
    client.force_login(make_user("village", VILLAGE))
    address = reverse("village", args=[VILLAGE])

    def unpaid() -> str:
        page = client.get(address).content.decode()
        return page.split("未缴</span>", 1)[1].split("<small>", 1)[0].rsplit(">", 1)[1]

    assert unpaid() == "3"
    for place, left in ((VILLAGE, "2"), ("411325101201", "1")):
        one = people.pop()
        quoted = quote_residents(campaign=campaign, residents=[one], paid_on=clock.today())[one.pk]
        payment = Payment(one.pk, place, "self", clock.today(), quoted)
        record_contributions(campaign=campaign, payments=[payment], actor=None)
        assert unpaid() == left
        with CaptureQueriesContext(connection) as asked:
            assert unpaid() == left
        assert len(asked) == 2, "the session and the account"
