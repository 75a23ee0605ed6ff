"""The demo is alive: in each of the five counties every list of every role has something real on it."""

import datetime
import re

import pytest
from django.db import connection
from django.urls import resolve

from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.declarations.models import Declaration
from collection.entitlements.models import DifferenceCase
from collection.finance.selectors import statement
from collection.finance.statement import WITHOUT_DEPARTMENT
from collection.ledgers.models import LedgerBatch
from collection.notices.models import Objection, PublicNotice
from collection.refunds.models import Refund
from collection.self_payments.models import SelfPayment
from config import clock
from core.accounts.models import User
from core.pages.frame import menu_for
from core.refusals import Refused
from demo import build
from demo.counties import COUNTIES, NEIXIANG, demo_county
from demo.county import ACCOUNTS, NEIGHBOUR_ACCOUNT, neighbour_of
from reporting.rankings.models import Ranking
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Roster
from tests.demo import copies

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("高阳县", "130628"),
        ("高阳", "130628"),
        ("130628", "130628"),
        (" 沁水县 ", "140521"),
        ("屯留区", "140405"),
        ("411323", "411323"),
        ("411325-2025", "411325"),
    ],
)
def test_a_county_is_named_by_name_or_code(text, code):
    assert demo_county(text).code == code


@pytest.mark.parametrize("text", ["", "县", "南阳市", "999999"])
def test_an_unknown_county_is_refused_with_the_five_to_choose_from(text):
    with pytest.raises(Refused, match=r"内乡县（411325）、西峡县（411323）、高阳县（130628）"):
        demo_county(text)


@pytest.mark.parametrize("county", COUNTIES, ids=lambda county: county.code)
def test_payments_fall_on_open_days_of_the_period(county):
    days = county.payment_days()
    assert all(day in county.policy.period for day in days)
    if county.name in ("沁水县", "屯留区"):
        assert max(day.day for day in days) <= 25


def states(model, **where) -> set[str]:
    return set(model.objects.filter(**where).values_list("state", flat=True))


#: Lists of a role's menu that may be empty, by (account, name of the page), and why.
_TOO_FEW = "the smallest county has four people a village; at the size of make run there are some"
_MAY_BE_EMPTY = {
    ("anquan", "lock_list"): "a lock ends by itself after a quarter of an hour",
    ("cun", "failure_list"): "its failures are mended, and its last round is left to whoever tries the demo",
    **{(name, page): _TOO_FEW for name in ("yibao", "xiangzhen") for page in ("advice_list", "exclusion_list")},
    **{(name, "door_cases"): _TOO_FEW for name in ("yibao", "xiangzhen", "cun")},
    **{("xiangzhen", page): _TOO_FEW for page in ("difference_list", "repair_list", "consequence_list")},
    **{("cun", page): _TOO_FEW for page in ("own_today", "told_list", "cash_board", "deposit_list", "newborn_list")},
    ("xiangzhen", "merge_list"): "one pair is proposed, and no further pair is suspected",
}


def empty_pages(client) -> dict[tuple[str, str], str]:
    """(account, page) → the address of each page of a printed account's menu on which nothing real stands."""
    found = {}
    for username, *_ in ACCOUNTS:
        if username.endswith("2"):
            continue  # the same pages as the first of the role
        user = User.objects.get(username=username)
        client.force_login(user)
        for line in menu_for(user):
            page, name = client.get(line["url"], follow=True).content.decode(), str(resolve(line["url"]).url_name)
            page = page[page.index('id="content"') :]
            is_empty = 'class="empty"' in page or re.search(r"<tbody>\s*</tbody>", page)
            if is_empty and (username, name) not in _MAY_BE_EMPTY:
                found[username, name] = line["url"]
    return found


@pytest.mark.django_db(transaction=True)
def test_every_state_of_every_procedure_is_there(business_clock, tmp_path, settings, client):
    county = NEIXIANG
    if connection.vendor == "sqlite":  # as its command builds it; one copy for all tests of a run
        copies.put_in_place(county.name)
    else:
        settings.MEDIA_ROOT = tmp_path
        business_clock("2024-09-01T08:00")
        build.fill(size="tiny", county=county)
    assert clock.now() == datetime.datetime.combine(county.last_day, datetime.time(3), datetime.UTC)
    channels = set(Contribution.objects.values_list("channel", flat=True))
    assert {"cash", "self", "free", "collective"} <= channels
    outcomes = set(SelfPayment.objects.values_list("outcome", flat=True))
    assert {"matched", "duplicate", "unknown", "name", "amount"} <= {one.split("_")[0] for one in outcomes}
    assert {"requested", "first_passed", "paid", "rejected"} <= states(Refund)
    assert {"prepared", "posted"} <= states(PublicNotice)
    assert set(Objection.objects.values_list("answer", flat=True)) > {""}
    assert {"pending", "verified"} <= states(Deposit)
    assert {"posted", "submitted"} <= states(Declaration)
    assert len(states(LedgerBatch)) == 4
    assert {"applied", "ready"} <= states(Roster)
    assert DifferenceCase.objects.count() == 3
    assert Resident.objects.filter(birth_date__gte=county.first_day - datetime.timedelta(days=60)).count() == 6
    assert Resident.objects.filter(status="dead").exists()
    assert Ranking.objects.filter(version=2).count() == 1
    campaign = Campaign.objects.get(county=county.code)
    departments = statement(campaign=campaign, on=clock.today()).tables[2].lines
    assert WITHOUT_DEPARTMENT not in {line.label for line in departments}, "its vouchers name their departments"

    assert empty_pages(client) == {}

    bureau, neighbour = User.objects.get(username="yibao"), User.objects.get(username=NEIGHBOUR_ACCOUNT[0])
    code = neighbour_of(county).code
    assert Resident.objects.for_user(neighbour).in_region(code).count() == 12
    assert not Resident.objects.for_user(bureau).in_region(code).exists()
