"""The back office's lists know the year: the chosen one, another one, or all."""

import pytest
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse

from core.access.roles import Role
from subsidies.campaigns.admin_filters import CampaignFilter
from subsidies.campaigns.models import Campaign, Target
from tests.years import open_next_year

VILLAGE = "411325101200"


def of_a_campaign(model) -> bool:
    try:
        field = model._meta.get_field("campaign")
    except FieldDoesNotExist:
        return False
    return field.concrete and field.related_model is Campaign


def test_every_list_of_a_year_has_the_filter():
    without = [
        model.__name__
        for model, registered in admin.site._registry.items()
        if of_a_campaign(model) and CampaignFilter not in registered.list_filter
    ]
    assert without == []


@pytest.fixture
def county(client, campaign, make_user):
    for one, people in ((campaign, 7), (open_next_year(campaign), 9)):
        Target.objects.create(campaign=one, region_id=VILLAGE, people=people, source="任务表")
    client.force_login(make_user(Role.COUNTY, "411325"))
    return client


@pytest.mark.parametrize(
    ("asked", "people"),
    [({}, [7]), ({"year": "2025"}, [7]), ({"year": "2026"}, [9]), ({"year": "all"}, [9, 7]), ({"year": "1999"}, [7])],
)
def test_a_list_shows_the_chosen_year_another_or_all(county, asked, people):
    page = county.get(reverse("admin:subsidies_target_changelist"), asked)
    assert [row.people for row in page.context["cl"].result_list] == people


def test_the_year_chosen_in_the_header_is_the_lists_year(county):
    county.get(reverse("policy"), {"year": "2026"})
    page = county.get(reverse("admin:subsidies_target_changelist"))
    assert [row.people for row in page.context["cl"].result_list] == [9]
    assert [one["display"] for one in page.context["cl"].filter_specs[0].choices(page.context["cl"])] == [
        "2026年度",
        "2025年度",
        "全部年度",
    ]
