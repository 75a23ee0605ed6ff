"""The campaigns that come with the account are those that stand in the database."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.accounts.backends import AccountBackend
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import CampaignSelection

pytestmark = pytest.mark.django_db
FACTS = ("pk", "county_id", "year", "policy_version_id", "opened_at", "closed_at", "is_open")
CLOSED = datetime.datetime(2025, 3, 1, 9, 30, 0, 123456, tzinfo=datetime.UTC)


@pytest.mark.parametrize("closed_at", [None, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("place", ["411325", "411325101", "411325101200"])
def test_they_are_what_the_database_holds(campaign, make_user, place, closed_at):
    role = {6: "county", 9: "township", 12: "village"}[len(place)]
    Campaign.objects.update(closed_at=closed_at)
    Campaign.objects.create(
        county_id="411325", year=2024, policy_version=campaign.policy_version, opened_at=timezone.now()
    )
    user = AccountBackend().get_user(make_user(role, place).pk)
    asked = CampaignSelection("411325").campaigns
    with CaptureQueriesContext(connection) as statements:
        along = CampaignSelection("411325", user=user).campaigns
        told = [([getattr(one, name) for name in FACTS], str(one), one.policy) for one in along]
    assert told == [([getattr(one, name) for name in FACTS], str(one), one.policy) for one in asked]
    assert len(told) == 2 and not statements.captured_queries


@pytest.mark.parametrize("role", ["system", "security", "audit"])
def test_officers_have_none(campaign, make_user, role):
    user = AccountBackend().get_user(make_user(role, "411325").pk)
    assert CampaignSelection(user.county_code, user=user).campaigns == []
