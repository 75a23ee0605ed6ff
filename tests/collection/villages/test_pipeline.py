"""The first page of those who move the money: where it stands, how old, and what others have to do first."""

import datetime

import pytest

from collection.cash.models import Deposit
from collection.declarations.models import Declaration
from collection.refunds.models import Refund
from collection.villages.pipeline import SLOW_AFTER, pipeline, waiting
from core.pages.frame import panels_for
from core.regions.models import Region
from tests.planting import Planter

pytestmark = pytest.mark.django_db
COUNTY, TOWN, VILLAGE = "411325", "411325100", "411325100001"


def since(days: int) -> datetime.datetime:
    return datetime.datetime(2024, 10, 25, 3, tzinfo=datetime.UTC) - datetime.timedelta(days=days)


@pytest.fixture
def planted(campaign):
    """One slip to verify, one declaration at the tax bureau, one refund to review."""
    own = Planter(VILLAGE, "GX", 1).plant()
    Deposit.objects.update(campaign=campaign, state="pending", verified_by=None, recorded_at=since(1))
    Declaration.objects.update(campaign=campaign, state="submitted", submitted_at=since(5), people=7)
    Refund.objects.update(campaign=campaign, state="requested", requested_at=since(2))
    return own


@pytest.mark.parametrize(
    ("role", "region", "desks"),
    [
        ("county", COUNTY, ["县税务局", "县税务局", "城关镇征缴专班"]),
        ("township", TOWN, ["县税务局", "县税务局"]),
        ("tax", COUNTY, []),
        ("leader", COUNTY, ["县税务局", "县税务局", "城关镇征缴专班"]),
        ("leader", TOWN, ["县税务局", "县税务局", "城关镇征缴专班"]),
        ("county", "411326", []),
    ],
)
def test_what_others_have_to_do_the_longest_wait_first(planted, campaign, make_user, role, region, desks):
    """What is the reader's own turn stands among the to-dos."""
    if region == "411326":
        Region.objects.create(code=region, name="邻县", level="county")
    found = waiting(user=make_user(role, region), campaign=campaign)
    assert [wait.desk for wait in found] == desks


def test_a_long_wait_is_marked(planted, campaign, make_user):
    found = waiting(user=make_user("county", COUNTY), campaign=campaign)
    assert [(wait.days, wait.is_slow) for wait in found] == [(5, True), (2, False), (1, False)]
    assert SLOW_AFTER == 3


def test_where_the_money_stands(planted, campaign, make_user):
    steps = pipeline(user=make_user("county", COUNTY), campaign=campaign)
    assert [step.label[:2] for step in steps] == ["收（", "缴存", "申报", "入库"]
    assert "1 张回单待核验" in steps[1].says
    assert ("1 批在途，7 人" in steps[2].says, steps[2].days) == (True, 5)


def test_reading_it_costs_the_same_for_many(planted, campaign, make_user, django_assert_max_num_queries):
    user = make_user("county", COUNTY)
    with django_assert_max_num_queries(12):
        pipeline(user=user, campaign=campaign)
        waiting(user=user, campaign=campaign)


@pytest.mark.parametrize(("role", "shown"), [("county", True), ("tax", True), ("leader", True), ("audit", False)])
def test_on_whose_first_page_it_stands(planted, campaign, make_user, role, shown):
    templates = [panel.template for panel in panels_for(make_user(role, COUNTY))]
    assert ("collection/villages/home_pipeline.html" in templates) is shown
