"""The demo is alive: in each of the five counties every list of every role has something real on it."""

import datetime

import pytest

from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.declarations.models import Declaration
from collection.entitlements.models import DifferenceCase
from collection.ledgers.models import LedgerBatch
from collection.notices.models import Objection, PublicNotice
from collection.refunds.models import Refund
from collection.self_payments.models import SelfPayment
from config import clock
from core.accounts.models import User
from core.refusals import Refused
from demo import build
from demo.counties import COUNTIES, NEIXIANG, demo_county
from demo.county import NEIGHBOUR_ACCOUNT, neighbour_of
from reporting.rankings.models import Ranking
from residents.people.models import Resident
from subsidies.rosters.models import Roster

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


def test_every_state_of_every_procedure_is_there(business_clock, tmp_path, settings):
    county = NEIXIANG
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

    bureau, neighbour = User.objects.get(username="yibao"), User.objects.get(username=NEIGHBOUR_ACCOUNT[0])
    code = neighbour_of(county).code
    assert Resident.objects.for_user(neighbour).in_region(code).count() == 12
    assert not Resident.objects.for_user(bureau).in_region(code).exists()
