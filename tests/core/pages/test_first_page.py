"""The first page is worked out once a minute: few statements for every role; one's own deeds show at once."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.declarations.models import Declaration
from collection.refunds.models import Refund
from config import clock
from core.audit import services as audit
from core.pages.frame import menu_for
from core.regions.models import Region
from tests.planting import Planter

pytestmark = pytest.mark.django_db
COUNTY, VILLAGE = "411325", "411325100001"
#: Statements of a first page that is worked out anew, signing in and frame with them.
MOST = 42


@pytest.mark.parametrize(("role", "region"), [("county", COUNTY), ("leader", COUNTY), ("village", VILLAGE)])
def test_reading_it_again_takes_few_statements(
    client, campaign, make_user, django_assert_max_num_queries, role, region
):
    user = make_user(role, region)
    client.force_login(user)
    client.get(reverse("home"))
    with django_assert_max_num_queries(6):
        page = client.get(reverse("home")).content.decode()
    assert "（截至 " in page
    menu, tiles = page.split("全部功能")
    for line in menu_for(user):
        link = f'<a href="{line["url"]}">{line["label"]}</a>'
        assert f"{line['label']}</a>" in menu, "every line in the menu"
        assert link in tiles or not line["group"], "and as a tile of the first page"


def test_what_others_did_shows_after_the_minute_and_ones_own_deed_at_once(client, campaign, make_user, business_clock):
    user, says = make_user("county", COUNTY), "1 笔退费待复核"
    business_clock("2024-10-25T11:00")
    client.force_login(user)
    assert says not in client.get(reverse("home")).content.decode()
    Planter(VILLAGE, "SY", 1).plant()
    Refund.objects.update(campaign=campaign, state=Refund.State.FIRST_PASSED)
    assert says not in client.get(reverse("home")).content.decode()
    business_clock("2024-10-25T11:01")
    assert says in client.get(reverse("home")).content.decode()
    Refund.objects.update(state=Refund.State.REJECTED)
    audit.record("refund.reject", actor=user, summary="不予退费")
    assert says not in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize(
    ("role", "region", "most"),
    [("county", COUNTY, MOST), ("township", COUNTY + "100", MOST), ("leader", COUNTY, MOST), ("tax", COUNTY, MOST)],
)
def test_working_it_out_anew_costs_the_same_however_much_waits(client, campaign, make_user, role, region, most):
    """Drafts that wait for the three-way check in one township or in ten; the board of duties is worked out once."""
    Planter(VILLAGE, "SY", 1).plant()
    townships = list(Region.objects.filter(parent=COUNTY).order_by("code")[:10])
    _draft(campaign, make_user("township", COUNTY + "100"), townships[:1])
    reader = make_user(role, region)
    _worked_out_anew(client, reader)  # what a process keeps for longer than a page
    few = _worked_out_anew(client, reader)
    _draft(campaign, make_user("township", COUNTY + "100"), townships[1:])
    many = _worked_out_anew(client, reader)
    assert len(few) == len(many) <= most
    assert sum("collection_villageduty" in statement for statement in many) == (0 if role == "tax" else 1)


def _draft(campaign, user, townships):
    for township in townships:
        Declaration.objects.create(
            campaign=campaign, township=township, number=77, created_by=user, created_at=clock.now()
        )


def _worked_out_anew(client, user) -> list[str]:
    cache.clear()
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("home"))
    return [query["sql"] for query in captured]
