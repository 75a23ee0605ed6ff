"""Five counties with two open years each: every page is about the year asked for, and none guesses one."""

import re

import pytest
from django.urls import reverse

from core.access.roles import Role
from core.regions.models import Region
from subsidies.campaigns.services import open_campaign
from subsidies.policy.policies import available, load
from tests.planting import Planter
from tests.test_every_url import (
    ELSEWHERE,
    HERE,
    LEVELS_OF,
    OBJECTS,
    OPEN_TO_ANYBODY,
    REGION_ARGUMENTS,
    SITE_PAGES,
    body,
    object_key,
)
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


def test_a_page_about_a_row_is_about_the_year_of_that_row(campaign, client, make_user, silent_queue):
    """Whatever year is chosen: a bookmark, a notification or a search leads to rows of any year."""
    planted = Planter(HERE, "区内人员", 1).plant()
    other = open_next_year(campaign)
    places = {Role.TOWNSHIP: HERE[:9], Role.VILLAGE: HERE}
    users = {role: make_user(role, places.get(role, "411325"), department="民政局") for role in ROLES}
    pages = {"HTTP_ACCEPT": "text/html"}
    wrong, seen = [], 0
    for page in SITE_PAGES:
        role = next((role for role in ROLES if role in getattr(page.view, "roles", ())), None)
        if role is None or page.name.startswith(ELSEWHERE) or not _is_of_a_year(page):
            continue
        client.force_login(users[role])
        address = page.url(planted)
        answer = client.get(address, {"year": other.year}, **pages)
        if answer.status_code == 302 and answer.url == f"{address}?year={campaign.year}":
            answer = client.get(answer.url, **pages)
            seen += 1
        marked = re.findall(r'aria-current="true">(\d{4})年度', body(answer))
        if marked not in ([], [str(campaign.year)]):
            wrong.append(page.name)
    assert wrong == [] and seen > 25


def _is_of_a_year(page) -> bool:
    """Whether the page names a row that belongs to a campaign, by itself or by its list."""
    models = [OBJECTS[key] for name in page.arguments if (key := object_key(page, name))]
    return any(_campaign_field(model) or any(map(_campaign_field, _parents(model))) for model in models)


def _parents(model):
    return [field.related_model for field in model._meta.concrete_fields if field.is_relation]


def _campaign_field(model) -> bool:
    return any(field.name == "campaign" for field in model._meta.concrete_fields)
