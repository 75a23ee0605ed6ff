"""Five counties with two open years each: every page is about the year asked for, and none guesses one."""

import re

import pytest

from core.access.roles import BUSINESS, OFFICERS, Role
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import open_campaign
from subsidies.policy.policies import available, load
from tests.core.test_county_words import FIXED
from tests.planting import Planter
from tests.test_every_url import (
    OBJECTS,
    OPEN_TO_ANYBODY,
    SITE_PAGES,
    body,
    logged_in,
    object_key,
)
from tests.years import open_next_year

ROLES = (
    Role.COUNTY,
    Role.TOWNSHIP,
    Role.VILLAGE,
    Role.TAX,
    Role.LEADER,
    Role.DEPARTMENT,
    Role.FINANCE,
    Role.EDUCATION,
    Role.SCHOOL,
    *sorted(OFFICERS),
)
#: Stands in every text that somebody saved: its 县 is theirs, whatever the county's pages say of themselves.
SAVED = "本县某人"
#: On the second engine one county is enough: the others' policies change what is said, and no statement.
COUNTIES = [pytest.param(policy, marks=[pytest.mark.sqlite] if at else []) for at, policy in enumerate(available())]
PAGES = [page for page in SITE_PAGES if page.name not in OPEN_TO_ANYBODY]


@pytest.fixture(params=COUNTIES)
def county(request, db, business_clock, make_user):
    """A county on a day within its first year's period, with the next year open too, and one account a role."""
    rules = load(request.param)
    business_clock(f"{rules.period.start.year}-11-20T10:00")
    first, _ = open_campaign(policy_id=rules.id)
    following = open_next_year(first)
    village = Region.objects.filter(parent__parent=first.county, level="village").order_by("pk").first()
    places = {Role.TOWNSHIP: village.parent_id, Role.VILLAGE: village.pk, Role.SCHOOL: village.parent_id}
    users = {
        role: make_user(
            role,
            places.get(role, first.county_id),
            department=rules.departments[0] if role == Role.DEPARTMENT else "",
        )
        for role in ROLES
    }
    return first, following, village, users


def test_every_page_is_about_its_year_in_its_countys_words(county, silent_queue):
    """A page about a row of one year is about that year, whatever year is asked for: a bookmark, a notification or a
    search leads to rows of any year. Every other page is about the year in its address."""
    first, following, village, users = county
    clients = logged_in(users)
    planted = Planter(village.pk, SAVED, 1)
    planted.rows[Campaign] = first
    planted.plant()
    wrong, words, saved, of_rows, seen = [], [], 0, 0, 0
    for page in PAGES:
        client = clients[next(role for role in ROLES if role in page.roles)]
        address, is_of_a_year = page.url(planted), _is_of_a_year(page)
        for campaign in (following,) if is_of_a_year else (first, following):
            answer = client.get(address, {"year": campaign.year}, HTTP_ACCEPT="text/html")
            if is_of_a_year and answer.status_code == 302 and answer.url == f"{address}?year={first.year}":
                answer = client.get(answer.url, HTTP_ACCEPT="text/html")
                of_rows += 1
            text = body(answer)
            marked = re.findall(r'aria-current="true">(\d{4})年度', text)
            about = first if is_of_a_year else campaign
            shown = answer.context and answer.context.get("campaign")
            if answer.status_code >= 500 or marked not in ([], [str(about.year)]) or shown not in (None, "", about):
                wrong.append((page.name, campaign.year, answer.status_code, marked, shown))
            seen += bool(marked)
            saved += SAVED in text
            if first.county_word != "县" and (found := FIXED.search(text.replace(SAVED, ""))):
                words.append((page.name, found[0], text[max(0, found.start() - 20) : found.end() + 20]))
    assert wrong == [] and words == []
    assert (seen > 150, of_rows > 25, saved > 30) == (True, True, True), (seen, of_rows, saved)


def test_the_header_names_the_years_and_marks_the_one_shown(county, client):
    first, following, _, users = county
    for role in BUSINESS - {Role.SCHOOL}:
        client.force_login(users[role])
        for campaign in (first, following):
            page = client.get("/", {"year": campaign.year}).content.decode()
            assert f'<a href="/?year={campaign.year}" aria-current="true">{campaign.year}年度</a>' in page, role
            assert f">{first.year}年度<" in page and f">{following.year}年度<" in page


def _is_of_a_year(page) -> bool:
    """Whether the page names a row that belongs to a campaign, by itself or by its list."""
    models = [OBJECTS[key] for name in page.arguments if (key := object_key(page, name))]
    return any(_campaign_field(model) or any(map(_campaign_field, _parents(model))) for model in models)


def _parents(model):
    return [field.related_model for field in model._meta.concrete_fields if field.is_relation]


def _campaign_field(model) -> bool:
    return any(field.name == "campaign" for field in model._meta.concrete_fields)
