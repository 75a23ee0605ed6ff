"""The database itself takes no money of a closed campaign, whichever way it comes."""

import datetime
import itertools
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.money.models import Movement
from core.database.bulk import insert_objects
from core.files.models import Attachment
from subsidies.campaigns.models import Campaign

VILLAGE = "411325101200"
DAY = datetime.date(2024, 10, 8)
pytestmark = pytest.mark.django_db


@pytest.fixture
def other(campaign):
    """Next year's campaign of the same county, open."""
    return Campaign.objects.create(
        county=campaign.county, year=2026, policy_version=campaign.policy_version, opened_at=campaign.opened_at
    )


@pytest.fixture
def rows(campaign, make_user, make_resident):
    """`rows(Model, campaign)` → an unsaved row of that campaign, another one each time."""
    clerk, resident = make_user("township", "411325101"), lambda: make_resident(VILLAGE)
    serial = itertools.count()
    photo = Attachment.objects.create(name="x", kind="photo", size=1, sha256="x", region_code=VILLAGE)
    special = {
        Movement: lambda of: {
            "kind": "collect",
            "from_place": "outside",
            "to_place": "village",
            "on": DAY,
            "at": of.opened_at,
            "key": f"k{next(serial)}",
        },
        Deposit: lambda of: {
            "slip_no": f"HD{next(serial):04d}",
            "paid_on": DAY,
            "account": "专户",
            "photo": photo,
            "recorded_by": clerk,
            "recorded_at": of.opened_at,
        },
        Contribution: lambda of: {
            "resident": resident(),
            "year": of.year,
            "channel": "cash",
            "standard": Decimal(400),
            "subsidy": Decimal(0),
            "category": "普通居民",
            "policy_version": of.policy_version,
            "clause": "三",
            "paid_on": DAY,
            "recorded_at": of.opened_at,
        },
    }
    return lambda model, of: model(campaign=of, village_id=VILLAGE, amount=Decimal(400), **special[model](of))


def close(campaign):
    Campaign.objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)


@pytest.mark.parametrize("model", [Movement, Contribution, Deposit])
def test_a_closed_campaign_takes_no_more(campaign, other, rows, model):
    rows(model, campaign).save()
    close(campaign)
    rows(model, other).save()
    again = rows(model, campaign)
    with pytest.raises(DatabaseError, match="征缴年度已办结"), transaction.atomic():
        again.save(force_insert=True)
    assert [row.campaign for row in model.objects.order_by("pk")] == [campaign, other]


def test_one_row_of_a_closed_campaign_refuses_the_whole_statement(campaign, other, rows):
    close(campaign)
    with pytest.raises(DatabaseError, match="征缴年度已办结"), transaction.atomic():
        insert_objects([rows(Movement, other), rows(Movement, campaign)])
    assert not Movement.objects.exists()
    assert insert_objects([rows(Movement, other)]) == 1
