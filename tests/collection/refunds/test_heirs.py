"""Refunds of somebody who has died meanwhile: the heirs are paid, and what else was owed is paid too."""

import datetime

import pytest
from django.core.files.base import ContentFile

from collection.entitlements.differences import decide_difference
from collection.entitlements.models import DifferenceCase
from collection.entitlements.services import apply_effects
from collection.money.selectors import recount
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.refusals import Refused
from residents.statuses.services import set_status
from subsidies.rosters.models import Identity
from tests.collection.paid_people import PAYEE, pay

pytestmark = pytest.mark.django_db
DIED = datetime.date(2024, 10, 20)


@pytest.fixture
def through(clerk, taxman, officer):
    def through(refund, **payee):
        refunds.add_evidence(refund=refund, papers=[ContentFile(b"x", name="证明.pdf")], actor=clerk)
        refunds.set_payee(refund=refund, actor=clerk, **(PAYEE | payee))
        refunds.pass_first(refund=refund, actor=taxman)
        return refunds.pay_refund(refund=refund, actor=officer)

    return through


def test_who_died_after_the_first_review_is_not_the_payee(campaign, clerk, taxman, officer, through):
    paid = pay(campaign, clerk, channel="self").get()
    set_status(resident=paid.resident, status="dead", since=DIED, source="证明", actor=officer)
    refund = Refund.objects.get()
    with pytest.raises(Refused, match="继承人"):
        through(refund, payee=paid.resident.name)
    refunds.set_payee(refund=refund, actor=clerk, **PAYEE)
    assert refunds.pay_refund(refund=refund, actor=officer).state == "paid"


def test_the_difference_is_still_paid_when_the_rest_was_refunded(campaign, clerk, officer, through):
    paid = pay(campaign, clerk, channel="self").get()
    Identity.objects.create(resident=paid.resident, kind="低保对象", department="民政局", recognised_on=DIED)
    apply_effects(campaign=campaign, residents=[paid.resident_id], roster=None, actor=officer)
    decide_difference(case=DifferenceCase.objects.get(), grants=True, document="x", actor=officer)
    set_status(resident=paid.resident, status="dead", since=DIED, source="证明", actor=officer)
    difference, ending = Refund.objects.order_by("pk")
    assert (difference.amount, ending.amount) == (80, 320)
    through(ending)
    through(difference)
    paid.refresh_from_db()
    assert (paid.state, refunds.given_back(paid)) == ("refunded", 400)
    assert recount(campaign=campaign) == []
