"""The surface: worst first, every row leads down, both figures stand side by side, and it costs the same for many."""

import datetime
from fractions import Fraction

import pytest
from django.urls import reverse

from core.regions.models import Region
from reporting.progress.selectors import progress
from reporting.rankings.models import Snapshot, SnapshotRow
from reporting.surface.selectors import SORTS, last_year_curve, surface
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.targets import set_targets

pytestmark = pytest.mark.django_db
COUNTY, A, B = "411325", "411325100", "411325101"


@pytest.fixture
def visitor(campaign, make_user):
    return make_user("county", COUNTY)


def of(user, campaign, code, **more):
    region = Region.objects.get(pk=code)
    found = progress(campaign=campaign, region=region)
    return surface(user=user, campaign=campaign, region=region, progress=found, **more)


def test_the_worst_stands_first_and_what_has_no_task_last(campaign, visitor):
    set_targets(campaign=campaign, people={A: 10, B: 20}, source="任务表", actor=visitor)
    rows = of(visitor, campaign, COUNTY).rows
    assert {rows[0].progress.region.code, rows[1].progress.region.code} == {A, B}
    assert all(row.progress.task is None for row in rows[2:])


@pytest.mark.parametrize("sort", [*SORTS, "nonsense", ""])
def test_every_order_shows_every_township(campaign, visitor, sort):
    rows = of(visitor, campaign, COUNTY, sort=sort).rows
    codes = [row.progress.region.code for row in rows]
    assert len(codes) == len(set(codes)) == 16


def test_a_row_leads_down_and_whom_to_call_is_a_link(client, campaign, visitor, make_user):
    make_user("township", A, position="leader", phone="19910000001", name="王组长")
    client.force_login(visitor)
    page = client.get(reverse("progress", args=[COUNTY])).content.decode()
    assert f'href="{reverse("progress", args=[A])}"' in page
    assert 'href="tel:19910000001"' in page
    assert "通报值" in page and "此刻值" in page


def test_departments_see_no_telephones(client, campaign, make_user):
    make_user("township", A, position="leader", phone="19910000001")
    client.force_login(make_user("department", COUNTY, department="民政局"))
    assert "tel:" not in client.get(reverse("progress", args=[COUNTY])).content.decode()


def test_a_township_goes_down_to_its_villages_and_back_up(client, campaign, visitor):
    client.force_login(visitor)
    page = client.get(reverse("progress", args=[A])).content.decode()
    assert reverse("progress", args=[COUNTY]) in page
    assert reverse("progress", args=["411325100001"]) in page


def test_last_years_rankings_become_this_years_days(campaign, visitor):
    last = Campaign.objects.create(
        county_id=COUNTY, year=campaign.year - 1, policy_version=campaign.policy_version, opened_at=campaign.opened_at
    )
    for month, day, done in ((9, 2, 0), (10, 1, 60), (11, 1, 80)):
        at = datetime.datetime(2023, month, day, 4, tzinfo=datetime.UTC)
        snapshot = Snapshot.objects.create(
            campaign=last, kind="weekly", as_of=at, known_at=at, metric="posted", built_at=at, fingerprint="0" * 64
        )
        SnapshotRow.objects.create(
            snapshot=snapshot,
            region_id=A,
            task=100,
            collected=done,
            posted=done,
            self_paid=0,
            collective=0,
            gained=0,
            gained_period=0,
        )
    curve = sorted(last_year_curve(campaign))
    assert [(str(day), share) for day, share in curve] == [
        ("2024-09-01", Fraction(0)),
        ("2024-09-30", Fraction(3, 5)),
        ("2024-10-31", Fraction(4, 5)),
    ]
    assert of(visitor, campaign, COUNTY).by_last_year
