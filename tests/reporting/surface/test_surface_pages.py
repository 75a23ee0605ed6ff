"""The surface: worst first, every row leads down, both figures stand side by side, and it costs the same for many."""

import datetime
from fractions import Fraction

import pytest
from django.urls import reverse

from core.regions.models import Region
from reporting.progress.selectors import progress
from reporting.rankings.models import Snapshot, SnapshotRow
from reporting.rankings.services import publish_ranking
from reporting.rankings.snapshots import build_snapshot
from reporting.surface.households import household_rows
from reporting.surface.selectors import RISKS, SORTS, last_year_curve, surface
from reporting.surface.weeks import heat_table, week_chart, weeks_of
from residents.people.models import Household
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.targets import set_targets
from tests.reporting.conftest import at

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


@pytest.fixture
def ranked(campaign, visitor, pay, villages, business_clock):
    """Township B at 3 of 10 before A at 2 of 20; in A its second village at 2 of 10 before its first at nothing."""
    first, second = villages[A][:2]
    set_targets(campaign=campaign, people={A: 20, B: 10, first: 10, second: 10}, source="任务表", actor=visitor)
    for village, people in ((second, 2), (villages[B][0], 3)):
        for _ in range(people):
            pay(village, recorded="2024-10-20 09:00", posted="2024-10-21 09:00")
    business_clock("2024-10-25T15:00")
    snapshot = build_snapshot(campaign=campaign, kind="weekly", as_of=at("2024-10-25 12:00"))
    return publish_ranking(snapshot=snapshot, number="1号", actor=visitor)


@pytest.mark.parametrize(
    ("role", "code", "says"),
    [
        ("township", A, "第2名（共2个） · 距上一名 4 人"),
        ("township", B, "第1名（共2个）"),
        ("village", "first", "第2名（共2个） · 距上一名 2 人"),
        ("village", "second", "第1名（共2个）"),
    ],
)
def test_who_is_ranked_reads_the_own_rank_and_the_way_to_the_next_first(
    client, ranked, villages, make_user, role, code, says
):
    code = {"first": villages[A][0], "second": villages[A][1]}.get(code, code)
    client.force_login(make_user(role, code))
    page = client.get(reverse("own_progress"), follow=True).content.decode()
    published, _, now = page.partition(">通报值<")[2].partition(">此刻值<")
    assert says in published and now
    assert ("距上一名" in published) is ("距上一名" in says)


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


# --- what is at risk ---------------------------------------------------------------------------------------------


def rows_of(client, code, **asked) -> str:
    return client.get(reverse("progress", args=[code]), asked).content.decode()


def test_what_is_at_risk_leads_to_its_villages_and_back(client, campaign, visitor, pay, villages):
    set_targets(campaign=campaign, people={villages[A][0]: 10, villages[A][1]: 10}, source="任务表", actor=None)
    pay(villages[A][0], recorded="2024-10-20 09:00")
    client.force_login(visitor)
    assert "?risk=zero" in rows_of(client, COUNTY)
    page = rows_of(client, COUNTY, risk="zero")
    assert reverse("progress", args=[villages[A][1]]) in page
    assert reverse("progress", args=[villages[A][0]]) not in page
    assert f'href="{reverse("progress", args=[COUNTY])}"' in page


@pytest.mark.parametrize("risk", [*RISKS, "nonsense"])
@pytest.mark.parametrize("code", [COUNTY, A, "411325100001"])
def test_every_risk_opens_at_every_level(client, campaign, visitor, risk, code):
    client.force_login(visitor)
    assert client.get(reverse("progress", args=[code]), {"risk": risk}).status_code == 200


# --- households --------------------------------------------------------------------------------------------------

VILLAGE = "411325100001"


@pytest.fixture
def household(campaign, make_resident, pay):
    """Three people: one posted, one collected, one who has not paid."""
    home = Household.objects.create(village_id=VILLAGE, number="0007", head_name="王大山")
    people = [make_resident(VILLAGE, name=name, household=home) for name in ("王大山", "李小兰", "王小满")]
    pay(VILLAGE, resident=people[0], recorded="2024-10-10 09:00", posted="2024-10-12 09:00")
    pay(VILLAGE, resident=people[1], recorded="2024-10-20 09:00")
    return home


def test_a_household_s_heads_and_what_they_paid(campaign, household, make_resident):
    make_resident(VILLAGE, name="无户人")
    make_resident(VILLAGE, name="已故人", household=household, status="dead")
    rows = household_rows(campaign=campaign, village=Region.objects.get(pk=VILLAGE))
    assert [(row.pk, row.people, row.paid, row.posted, row.amount) for row in rows] == [
        (0, 1, 0, 0, 0),
        (household.pk, 3, 2, 1, 800),
    ]
    by_number = household_rows(campaign=campaign, village=Region.objects.get(pk=VILLAGE), sort="number")
    assert [row.pk for row in by_number] == [household.pk, 0]


def test_households_take_as_many_statements_for_many_as_for_few(
    campaign, household, make_resident, django_assert_num_queries
):
    for number in range(5):
        home = Household.objects.create(village_id=VILLAGE, number=f"1{number}")
        make_resident(VILLAGE, household=home)
    village = Region.objects.get(pk=VILLAGE)
    with django_assert_num_queries(2):
        household_rows(campaign=campaign, village=village)


@pytest.mark.parametrize(
    ("role", "sees"), [("county", True), ("township", True), ("leader", False), ("department", False)]
)
def test_names_for_those_who_work_with_people(client, campaign, household, make_user, role, sees):
    client.force_login(make_user(role, A if role == "township" else COUNTY))
    village = rows_of(client, VILLAGE)
    leads_to = "household_card" if sees else "progress_household"
    assert reverse(leads_to, args=[VILLAGE, household.pk]) in village
    page = client.get(reverse("progress_household", args=[VILLAGE, household.pk]), follow=True).content.decode()
    for shown in (village, page):
        assert ("王大山" in shown) is sees
    assert "0007" in village
    assert ("王小满" in page) is sees
    assert "400.00" in page


def test_a_household_of_another_village_is_not_there(client, campaign, household, visitor, make_user):
    client.force_login(visitor)
    assert client.get(reverse("progress_household", args=["411325100002", household.pk])).status_code == 404
    client.force_login(make_user("township", B))
    assert client.get(reverse("progress_household", args=[VILLAGE, household.pk])).status_code == 404


# --- week by week, and drawn once --------------------------------------------------------------------------------


def test_what_each_place_won_in_each_week(campaign, visitor, pay, villages, business_clock):
    business_clock("2024-09-02T09:00")
    set_targets(campaign=campaign, people={villages[A][0]: 10, villages[B][0]: 10}, source="任务表", actor=None)
    business_clock("2024-10-25T11:00")
    pay(villages[A][0], recorded="2024-10-09 09:00", posted="2024-10-10 09:00")
    pay(villages[A][0], recorded="2024-10-13 09:00", posted="2024-10-14 09:00")
    pay(villages[A][0], recorded="2024-10-15 09:00", posted="2024-10-16 09:00")
    for day in ("11", "18"):
        build_snapshot(campaign=campaign, kind="weekly", as_of=at(f"2024-10-{day} 12:00"))
    county = Region.objects.get(pk=COUNTY)
    found = progress(campaign=campaign, region=county)
    weeks = weeks_of(campaign, county, found)
    table = heat_table(weeks, found)
    cells = {region.code: [(cell.points, cell.shade) for cell in row] for region, row in table.rows}
    assert cells[A] == [("+20.0", 4), ("0", 0)]
    assert cells[B] == [("0", 0), ("0", 0)]
    assert cells["411325102"] == [("—", 0), ("—", 0)]
    chart = week_chart(weeks, campaign, county, [])
    assert "10-11 5%，10-18 15%，10-25 15%" in chart and "应达" in chart


def test_before_two_weeks_are_known_nothing_is_drawn(campaign, visitor):
    county = Region.objects.get(pk=COUNTY)
    found = progress(campaign=campaign, region=county)
    weeks = weeks_of(campaign, county, found)
    assert heat_table(weeks, found) is None
    assert week_chart(weeks, campaign, county, []) == ""


def test_what_is_written_shows_at_once(client, campaign, visitor, villages):
    client.force_login(visitor)
    assert "1,234" not in rows_of(client, COUNTY)
    set_targets(campaign=campaign, people={villages[A][0]: 1234}, source="任务表", actor=visitor)
    assert "1,234" in rows_of(client, COUNTY)


def test_one_reader_s_page_is_not_another_s(client, campaign, household, visitor, make_user):
    """The same address, drawn before for somebody who sees names."""
    client.force_login(visitor)
    assert "王大山" in rows_of(client, VILLAGE)
    client.force_login(make_user("leader", COUNTY))
    assert "王大山" not in rows_of(client, VILLAGE)
