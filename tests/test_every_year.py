"""Five counties with two open years each: every page is about the year asked for, and none guesses one."""

import pytest
from django.urls import reverse

from core.access.roles import Role
from core.regions.models import Region
from subsidies.campaigns.services import open_campaign
from subsidies.policy.policies import available, load
from tests.test_every_url import LEVELS_OF, OPEN_TO_ANYBODY, REGION_ARGUMENTS, SITE_PAGES
from tests.years import open_next_year

ROLES = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX, Role.LEADER, Role.DEPARTMENT, Role.FINANCE)
#: Pages that name nothing but a region.
PAGES = [
    page for page in SITE_PAGES if page.name not in OPEN_TO_ANYBODY and set(page.arguments) <= REGION_ARGUMENTS.keys()
]


@pytest.fixture(params=available())
def county(request, db, business_clock, make_user):
    """A county on a day within its first year's period, with the next year open too, and one account a role."""
    rules = load(request.param)
    business_clock(f"{rules.period.start.year}-11-20T10:00")
    first, _ = open_campaign(policy_id=rules.id)
    following = open_next_year(first)
    village = Region.objects.filter(parent__parent=first.county, level="village").order_by("pk").first()
    places = {Role.TOWNSHIP: village.parent_id, Role.VILLAGE: village.pk}
    users = {
        role: make_user(
            role,
            places.get(role, first.county_id),
            department=rules.departments[0] if role == Role.DEPARTMENT else "",
        )
        for role in ROLES
    }
    return first, following, village, users


def test_every_page_is_about_the_year_in_its_address(county, client):
    first, following, village, users = county
    seen = 0
    for page in PAGES:
        role = next((role for role in ROLES if role in page.roles), None)
        if role is None:
            continue
        client.force_login(users[role])
        codes = {name: village.pk[: LEVELS_OF.get(page.name, REGION_ARGUMENTS[name])] for name in page.arguments}
        for campaign in (first, following):
            response = client.get(reverse(page.name, kwargs=codes), {"year": campaign.year})
            assert response.status_code < 500, page.name
            shown = response.context and response.context.get("campaign")
            if shown:
                assert shown == campaign, page.name
                seen += 1
    assert seen > 20


def test_the_header_names_the_years_and_marks_the_one_shown(county, client):
    first, following, _, users = county
    for role, user in users.items():
        client.force_login(user)
        for campaign in (first, following):
            page = client.get("/", {"year": campaign.year}).content.decode()
            assert f'<a href="/?year={campaign.year}" aria-current="true">{campaign.year}年度</a>' in page, role
            assert f">{first.year}年度<" in page and f">{following.year}年度<" in page
