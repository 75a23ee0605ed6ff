import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.contributions.services import ContributionRefused, Payment
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from core.audit.models import Event
from subsidies.quotes.quote import Recognition, quote

VILLAGE, OTHER = "411325101200", "411325101201"
DAY = datetime.date(2024, 10, 10)
Channel, State = Contribution.Channel, Contribution.State


@pytest.fixture
def payment(campaign):
    def make(resident, *, channel=Channel.CASH, paid_on=DAY, identities=(), **fields):
        asked = quote(campaign.policy, birth_date=resident.birth_date, paid_on=paid_on, identities=identities)
        return Payment(resident.pk, resident.village_id, channel, paid_on, asked, **fields)

    return make


def test_cash_stands_in_the_village_and_each_person_has_an_event(campaign, make_resident, make_user, payment):
    people = [make_resident(VILLAGE), make_resident(OTHER)]
    made = contributions.record_contributions(
        campaign=campaign, payments=[payment(p) for p in people], actor=make_user("township", "411325101"), batch="7"
    )
    assert [c.resident_id for c in made] == [p.pk for p in people]
    account = VillageAccount.objects.get(village=VILLAGE)
    assert (account.collected, account.in_hand) == (Decimal(400), Decimal(400))
    assert recount(campaign=campaign) == []
    events = Event.objects.filter(action="contribution.record", batch="7")
    assert {e.region_code for e in events} == {VILLAGE, OTHER}
    first = Contribution.objects.get(pk=made[0].pk)
    assert (first.standard, first.subsidy, first.amount, first.category) == (400, 0, 400, "普通居民")
    assert "方案" in first.clause


def test_the_subsidised_part_is_kept_by_fund(campaign, make_resident, payment):
    asked = payment(make_resident(VILLAGE), identities=[Recognition("低保对象", datetime.date(2024, 6, 1))])
    (made,) = contributions.record_contributions(campaign=campaign, payments=[asked], actor=None)
    assert made.amount == 320
    assert sum(f.amount for f in made.funds.all()) == made.subsidy == 80


def test_free_enrolment_moves_no_money(campaign, make_resident, payment):
    asked = payment(
        make_resident(VILLAGE), channel=Channel.FREE, identities=[Recognition("特困人员", datetime.date(2024, 6, 1))]
    )
    (made,) = contributions.record_contributions(campaign=campaign, payments=[asked], actor=None)
    assert made.amount == 0
    assert not Movement.objects.exists()


def test_self_payment_goes_straight_to_the_treasury(campaign, make_resident, payment):
    contributions.record_contributions(
        campaign=campaign, payments=[payment(make_resident(VILLAGE), channel=Channel.SELF)], actor=None
    )
    assert VillageAccount.objects.get(village=VILLAGE).treasury == 400


def test_a_second_payment_of_the_year_is_passed_over(campaign, make_resident, payment):
    person, other = make_resident(VILLAGE), make_resident(VILLAGE)
    asked = payment(person)
    assert len(contributions.record_contributions(campaign=campaign, payments=[asked, asked], actor=None)) == 1
    again = contributions.record_contributions(campaign=campaign, payments=[asked, payment(other)], actor=None)
    assert [c.resident_id for c in again] == [other.pk]
    assert VillageAccount.objects.get(village=VILLAGE).collected == 800


def test_constant_queries(campaign, make_resident, payment):
    """As many statements for forty people as for two; the advisory lock of PostgreSQL is one of them."""

    def cost(people: int) -> int:
        payments = [payment(make_resident(VILLAGE)) for _ in range(people)]
        with CaptureQueriesContext(connection) as seen:
            contributions.record_contributions(campaign=campaign, payments=payments, actor=None)
        return len(seen)

    cost(1)
    assert cost(2) == cost(40) <= 36


def test_reversal_takes_the_money_back_once(campaign, make_resident, payment):
    made = contributions.record_contributions(campaign=campaign, payments=[payment(make_resident(VILLAGE))], actor=None)
    for expected in (1, 0):
        gone = contributions.reverse_contributions(campaign=campaign, contributions=made, reason="抄错了人", actor=None)
        assert len(gone) == expected
    account = VillageAccount.objects.get(village=VILLAGE)
    assert (account.collected, account.in_hand) == (0, 0)
    assert Contribution.objects.get().state == State.REVERSED
    again = contributions.record_contributions(campaign=campaign, payments=[payment(made[0].resident)], actor=None)
    assert len(again) == 1


@pytest.mark.parametrize(
    ("state", "reason", "says"), [(State.DECLARED, "抄错", "已经申报"), (State.COLLECTED, " ", "写明原因")]
)
def test_what_cannot_be_reversed(campaign, make_resident, payment, state, reason, says):
    made = contributions.record_contributions(
        campaign=campaign, payments=[payment(make_resident(VILLAGE), state=state)], actor=None
    )
    with pytest.raises(ContributionRefused, match=says):
        contributions.reverse_contributions(campaign=campaign, contributions=made, reason=reason, actor=None)
    assert VillageAccount.objects.get(village=VILLAGE).collected == 400


def test_nothing_is_recorded_in_a_closed_campaign(campaign, make_resident, payment):
    campaign.closed_at = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    campaign.save()
    with pytest.raises(ContributionRefused, match="已办结"):
        contributions.record_contributions(campaign=campaign, payments=[payment(make_resident(VILLAGE))], actor=None)
