"""Where a county sets no 双限 its cash is seen all the same: how much, since when, with whom."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from collection.cash.holdings import holdings, oldest_in_hand
from collection.contributions.services import Payment, record_contributions
from collection.villages.pipeline import pipeline
from core.access.roles import Role
from core.regions.models import Region
from subsidies.campaigns.services import open_campaign
from subsidies.quotes.quote import quote
from tests.factories import create_resident

DAYS = [datetime.date(2025, 11, day) for day in (1, 4, 9)]
Y = Decimal


@pytest.mark.parametrize(
    ("taken", "deposited", "left", "since"),
    [
        ([(DAYS[0], Y(400)), (DAYS[1], Y(400))], [], 800, DAYS[0]),
        ([(DAYS[0], Y(400)), (DAYS[1], Y(400))], [(DAYS[1], Y(399))], 401, DAYS[0]),
        ([(DAYS[1], Y(400)), (DAYS[0], Y(400))], [(DAYS[1], Y(400))], 400, DAYS[1]),
        ([(DAYS[0], Y(400))], [(DAYS[1], Y(400))], 0, None),
        ([(DAYS[0], Y(400)), (DAYS[2], Y(400))], [(DAYS[1], Y(500))], 300, DAYS[2]),
        ([], [(DAYS[1], Y(500))], 0, None),
    ],
)
def test_the_oldest_cash_is_banked_first(taken, deposited, left, since):
    assert oldest_in_hand(taken, deposited) == (Y(left), since)


@pytest.fixture
def gaoyang(db, business_clock, make_user):
    """高阳 2026, which sets no limit, with cash taken in two villages on three days."""
    business_clock("2025-11-10T10:00")
    campaign, _ = open_campaign(policy_id="130628-2026")
    a, b = Region.objects.filter(parent__parent=campaign.county, level="village").order_by("pk")[:2]
    make_user(Role.VILLAGE, a.pk, name="张协办")
    for village, day in ((a, DAYS[0]), (a, DAYS[2]), (b, DAYS[1])):
        who = create_resident(village.pk)
        owed = quote(campaign.policy, birth_date=who.birth_date, paid_on=day)
        record_contributions(campaign=campaign, payments=[Payment(who.pk, village.pk, "cash", day, owed)], actor=None)
    return campaign, a, b


def test_who_holds_what_since_when(gaoyang, make_user, client):
    campaign, a, b = gaoyang
    as_of = datetime.date(2025, 11, 10)
    held = holdings(campaign=campaign, region="130628", as_of=as_of)
    assert [(one.village, one.in_hand, one.since, one.days, one.helpers) for one in held if one.village in (a, b)] == [
        (a, Y(800), DAYS[0], 9, ["张协办"]),
        (b, Y(400), DAYS[1], 6, []),
    ]
    client.force_login(make_user(Role.COUNTY, "130628"))
    for role in (Role.COUNTY, Role.LEADER):
        client.force_login(make_user(role, "130628"))
        page = client.get(reverse("cash_board")).content.decode()
        assert "没有规定缴存期限" in page and "张协办" in page and "1,200.00" in page, role
    assert "回单待核验" in page
    first = pipeline(user=make_user(Role.COUNTY, "130628"), campaign=campaign)[0]
    assert (first.says, first.since, first.kind) == ("2 个村", DAYS[0], "")
    for address in (reverse("village_cash", args=[a.pk]), reverse("village", args=[a.pk]), "/"):
        client.force_login(make_user(Role.VILLAGE, a.pk))
        page = client.get(address).content.decode()
        assert "手中现金" in page and "已留 9 天" in page, address
    other = Region.objects.filter(parent=campaign.county).exclude(pk=a.parent_id).first()
    client.force_login(make_user(Role.TOWNSHIP, other.pk))
    assert "没有村手中有现金" in client.get(reverse("cash_board")).content.decode()
