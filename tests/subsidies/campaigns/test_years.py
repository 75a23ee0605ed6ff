"""Several years open at once: which campaign a request is about, and what no choice of a year hides."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from core.access.roles import Role
from core.pages.frame import menu_for
from subsidies.campaigns.middleware import with_year
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import CampaignSelection, current, open_campaigns
from tests.years import open_next_year

PAGE = {"HTTP_ACCEPT": "text/html,*/*"}


@pytest.fixture
def years(campaign):
    return campaign, open_next_year(campaign)


@pytest.fixture
def county(client, campaign, make_user):
    client.force_login(make_user(Role.COUNTY, "411325"))
    return client


def shown(response):
    return response.context["campaign"].year


@pytest.mark.parametrize(
    ("day", "year"),
    [("2024-10-25", 2025), ("2025-03-01", 2026), ("2025-10-25", 2026), ("2024-08-31", 2026)],
)
def test_without_a_choice_it_is_the_year_being_collected_then_the_newest(years, business_clock, day, year):
    business_clock(f"{day}T10:00")
    assert CampaignSelection("411325").chosen.year == year


def test_a_closed_year_is_not_shown_unasked(years, business_clock):
    Campaign.objects.filter(pk=years[0].pk).update(closed_at=years[0].opened_at)
    business_clock("2024-10-25T10:00")
    assert CampaignSelection("411325").chosen == years[1]
    assert CampaignSelection("411325", 2025).chosen == years[0]
    Campaign.objects.filter(pk=years[1].pk).update(closed_at=years[0].opened_at)
    assert CampaignSelection("411325").chosen == years[1]


def test_the_address_decides_and_the_choice_is_kept(years, county):
    assert shown(county.get(reverse("policy"))) == 2025
    assert shown(county.get(reverse("policy"), {"year": 2026})) == 2026
    assert shown(county.get(reverse("policy"))) == 2026
    assert shown(county.get(reverse("policy"), {"year": 2025})) == 2025


@pytest.mark.parametrize("year", ["2031", "x", "20255", "", "²025"])
def test_a_year_that_is_not_there_chooses_nothing(years, county, year):
    assert shown(county.get(reverse("policy"), {"year": year})) == 2025
    assert shown(county.get(reverse("policy"))) == 2025


def test_pages_carry_the_year_in_their_address_once_there_are_two(campaign, county):
    assert county.get(reverse("policy"), **PAGE).status_code == 200
    open_next_year(campaign)
    answer = county.get(f"{reverse('ledger_list')}?state=checked", **PAGE)
    assert answer.url == f"{reverse('ledger_list')}?state=checked&year=2025"
    assert county.get("/admin/", **PAGE).status_code == 200


def test_two_tabs_keep_their_years(years, county):
    """A link or a form counts for the year of the page it stands on, whatever another tab chose last."""
    county.get(reverse("policy"), {"year": 2026})
    tab = {"HTTP_REFERER": f"http://testserver{reverse('ledger_list')}?year=2025", **PAGE}
    assert county.get(reverse("policy"), **tab).url == f"{reverse('policy')}?year=2025"
    elsewhere = {"HTTP_REFERER": "http://elsewhere.example/?year=2025"}
    county.get(reverse("policy"), {"year": 2026})
    assert shown(county.get(reverse("policy"), **elsewhere)) == 2026


def test_what_is_urgent_in_any_open_year_is_on_the_first_page(years, county, make_user, campaign):
    from subsidies.rosters.models import Roster

    for one in years:
        Roster.objects.create(
            campaign=one,
            county=one.county,
            department="民政局",
            kind=Roster.Kind.FULL,
            recognised_on="2024-10-01",
            document="测试",
            state=Roster.State.READY,
            uploaded_by=make_user(Role.DEPARTMENT, "411325", department="民政局"),
            uploaded_at=one.opened_at,
        )
    for year in (2025, 2026):
        page = county.get("/", {"year": year}).content.decode()
        for one in years:
            assert f"{one.year}年度：1 份名单待审核生效" in page
            assert f"{reverse('roster_list')}?year={one.year}" in page
    Campaign.objects.filter(pk=years[1].pk).update(closed_at=campaign.opened_at)
    cache.clear()  # the first page is worked out once a minute
    page = county.get("/", {"year": 2026}).content.decode()
    assert "1 份名单待审核生效" in page and "年度：1 份" not in page


def test_lists_show_the_rosters_of_their_year(years, county, make_user, campaign):
    user = make_user(Role.COUNTY, "411325")
    assert current(user) == campaign and open_campaigns(user) == list(years)
    assert open_campaigns(make_user(Role.AUDIT)) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/x/", "/x/?year=2026"),
        ("/x/?a=1&a=2", "/x/?a=1&a=2&year=2026"),
        ("/x/?year=2025&b=%E6%9D%91", "/x/?year=2026&b=%E6%9D%91"),
    ],
)
def test_the_year_in_an_address(url, expected):
    assert with_year(url, 2026) == expected


def test_choosing_a_year_costs_no_more_questions(years, county, make_user):
    """On no page of the bureau's menu: two years in which nothing has happened yet take the same statements."""
    addresses = {line["url"] for line in menu_for(make_user(Role.COUNTY, "411325"))}
    counts = {}
    with freeze_time(timezone.now()):  # when somebody was last seen is written once a minute
        for year in (2025, 2026):
            for address in addresses:
                county.get(address, {"year": year})  # the choice is kept in the session once
                with CaptureQueriesContext(connection) as asked:
                    county.get(address, {"year": year})
                counts.setdefault(address, []).append(len(asked))
    assert len(addresses) > 30 and counts[reverse("policy")][0] <= 6
    assert {address: both for address, both in counts.items() if both[0] != both[1]} == {}
