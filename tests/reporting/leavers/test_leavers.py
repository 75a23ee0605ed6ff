"""Who left employees' insurance stands on the village's list; the goal stands in the bulletin and on the surface."""

import datetime

import pytest
from django.urls import reverse

from collection.contributions.services import Payment, record_contributions
from core.regions.models import Region
from employees.members.services import end_flexible, join_flexible
from reporting.leavers.selectors import leavers, to_win
from reporting.rankings.models import RankingKind
from reporting.rankings.services import publish_ranking
from reporting.rankings.snapshots import build_snapshot
from residents.people.models import InsuredYear, Resident
from subsidies.quotes.selectors import quote_residents
from tests.employees.conftest import COUNTY, NOVEMBER, clerk, head, township, village, xixia  # noqa: F401
from tests.factories import create_resident

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2025, 10, 1)


@pytest.fixture
def leaver(xixia, village, clerk):  # noqa: F811
    """Somebody of the village who was a flexible worker in October and is none from November on."""
    resident = create_resident(village, name="王离职", birth="1980-05-01")
    county = Region.objects.get(pk=COUNTY)
    facts = {"county": county, "name": resident.name, "id_number": resident.id_number, "actor": clerk}
    employment = join_flexible(month=OCTOBER, **facts)
    end_flexible(employment=employment, month=NOVEMBER, actor=clerk)
    resident.refresh_from_db()
    return resident


def test_who_left_is_to_be_won_with_the_days_left_and_what_lapsing_costs(xixia, leaver):  # noqa: F811
    assert leaver.status == Resident.Status.ACTIVE
    InsuredYear.objects.create(resident=leaver, year=2025, source="往年")
    (one,) = leavers(xixia, list(to_win(xixia, COUNTY)))
    assert (one.unit, one.covered_to) == ("灵活就业", datetime.date(2025, 10, 31))
    assert one.days_left == (xixia.policy.period.end - datetime.date(2025, 11, 20)).days
    assert one.due == 400 and one.waiting == 0 and one.waiting_late and one.waiting_late >= 3


def test_after_the_period_no_day_is_left(xixia, leaver, business_clock):  # noqa: F811
    end = xixia.policy.period.end
    for day, left in ((end, 0), (end + datetime.timedelta(days=1), 0), (end - datetime.timedelta(days=1), 1)):
        business_clock(f"{day}T10:00")
        assert leavers(xixia, list(to_win(xixia, COUNTY)))[0].days_left == left


def test_who_paid_or_is_employed_again_is_not_asked(xixia, leaver, clerk):  # noqa: F811
    quote = quote_residents(campaign=xixia, residents=[leaver], paid_on=datetime.date(2025, 11, 20))[leaver.pk]
    payment = Payment(leaver.pk, leaver.village_id, "self", datetime.date(2025, 11, 20), quote)
    record_contributions(campaign=xixia, payments=[payment], actor=clerk)
    assert not to_win(xixia, COUNTY).exists()


def test_the_village_sees_its_own(client, leaver, make_user, village):  # noqa: F811
    client.force_login(make_user("village", village))
    assert "1 人停了职工医保" in client.get("/").content.decode()
    page = client.get(reverse("employee_leavers")).content.decode()
    assert "王离职" in page and leaver.id_number not in page
    other = Region.objects.filter(level="village", code__startswith=COUNTY).exclude(pk=village).first()
    client.force_login(make_user("village", other.pk))
    assert "王离职" not in client.get(reverse("employee_leavers")).content.decode()


def test_the_goal_stands_in_the_weekly_bulletin_and_on_the_surface(
    client,
    xixia,  # noqa: F811
    village,  # noqa: F811
    leaver,
    clerk,  # noqa: F811
    business_clock,
):
    def published(day: str):
        snapshot = build_snapshot(campaign=xixia, kind=RankingKind.WEEKLY, as_of=business_clock(f"{day}T12:00"))
        content = publish_ranking(snapshot=snapshot, number=day, actor=clerk).content
        assert content["beside"]["employees"]["goal"] == 2000
        return [text for text in content["bulletin"]["paragraphs"] if text.startswith("职工医保方面")]

    assert not published("2025-11-14"), "nobody is registered"
    insured = create_resident(village, name="赵灵活", birth="1981-05-01")
    facts = {"county": Region.objects.get(pk=COUNTY), "name": insured.name, "id_number": insured.id_number}
    join_flexible(month=NOVEMBER, actor=clerk, **facts)
    assert published("2025-11-21")
    client.force_login(clerk)
    page = client.get(reverse("progress", args=[COUNTY])).content.decode()
    assert "职工医保扩面" in page and "目标净增 2,000 人" in page
