"""Two people at the same moment, with real connections: decided once, and nobody waits for ever."""

import datetime

import pytest

from collection.closing import consents
from collection.closing.models import ClosingConsent
from collection.consequences.decisions import decide_refund
from collection.consequences.models import Consequence
from collection.consequences.quotes import work_out_quotes
from collection.consequences.reviews import confirm_quote
from collection.contributions.models import Contribution
from collection.entitlements.differences import decide_difference, resolve_case
from collection.entitlements.models import DifferenceCase
from collection.entitlements.services import apply_effects
from collection.money.selectors import recount
from collection.refunds.models import Refund
from core.refusals import Refused
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import InsuredYear, StatusEntry
from residents.people.services import lock_residents
from residents.statuses.services import set_status, withdraw_status
from subsidies.rosters.models import Identity
from tests.at_once import together, waits_for
from tests.collection.paid_people import DAY, VILLAGE, pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("silent_queue")]
DIED = datetime.date(2024, 10, 20)


def told(outcomes):
    """Refusals are answers; anything else that was raised is a fault."""
    faults = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert faults == []
    return [type(one).__name__ for one in outcomes]


@pytest.fixture
def paid(campaign, clerk):
    return pay(campaign, clerk, channel="self").get()


@pytest.fixture
def other_officer(make_user):
    return make_user("county", "411325", username="second")


def enlist(paid, actor):
    set_status(resident=paid.resident, status="army", since=DIED, source="通知书", actor=actor)
    return Consequence.objects.get()


def settled(paid):
    """The open or paid ending refunds of a payment and what its live consequence says: one of each, in step."""
    refunds = Refund.objects.filter(contribution=paid).exclude(state="rejected").count()
    live = Consequence.objects.filter(contribution=paid, kind="status").exclude(state="withdrawn")
    return refunds, [row.outcome for row in live]


def test_two_officers_decide_one_case_once(paid, officer, other_officer):
    case = enlist(paid, officer)
    outcomes = together(
        *[
            lambda who=who: decide_refund(consequence=case, grants=True, document="宛医保9号", actor=who)
            for who in (officer, other_officer)
        ]
    )
    assert sorted(told(outcomes)) == ["Consequence", "Refused"]
    assert settled(paid) == (1, ["refund"])


def test_decided_while_the_fact_is_taken_back_they_end_in_step(paid, officer):
    case = enlist(paid, officer)
    entry = StatusEntry.objects.get()
    outcomes = together(
        lambda: decide_refund(consequence=case, grants=True, document="宛医保9号", actor=officer),
        lambda: withdraw_status(entry=entry, reason="登记有误", actor=officer),
    )
    told(outcomes)
    assert settled(paid) == (0, [])


@pytest.mark.postgres
def test_a_decision_waits_for_the_fact_and_a_review_for_the_correction(paid, officer):
    case = enlist(paid, officer)
    decide = lambda: decide_refund(consequence=case, grants=True, document="x", actor=officer)  # noqa: E731
    assert waits_for(lambda: lock_residents([paid.resident_id]), decide)


def test_confirmed_while_the_years_are_corrected_the_facts_win(campaign, paid, officer):
    def correct(*years):
        lock_residents([paid.resident_id])
        InsuredYear.objects.filter(resident=paid.resident_id).delete()
        InsuredYear.objects.bulk_create(InsuredYear(resident_id=paid.resident_id, year=y, source="更正") for y in years)
        record_facts([FactChange(paid.resident_id, FactKind.INSURED_YEARS, (), years)], actor=officer)

    from django.db import transaction

    with transaction.atomic():
        correct(2021)
    review = Consequence.objects.get()

    def back():
        with transaction.atomic():
            correct(2023, 2024)

    told(together(lambda: confirm_quote(consequence=review, note="核对", actor=officer), back))
    paid.refresh_from_db()
    review.refresh_from_db()
    # Confirmed first: the correction asks again. Corrected first: nothing is left to confirm.
    assert (paid.waiting_months > 0, review.state) in [(True, "open"), (False, "withdrawn")]
    assert review.state == "withdrawn" or review.after["waiting_months"] == 0
    assert work_out_quotes(residents=[paid.resident_id], fact="x", actor=officer) == 0


def test_a_difference_is_decided_once_whoever_is_first(campaign, paid, officer, other_officer):
    Identity.objects.create(resident=paid.resident, kind="低保对象", department="民政局", recognised_on=DIED)
    apply_effects(campaign=campaign, residents=[paid.resident_id], roster=None, actor=officer)
    case = DifferenceCase.objects.get()
    outcomes = together(
        lambda: decide_difference(case=case, grants=True, document="x", actor=officer),
        lambda: resolve_case(case=case, note="已说明", actor=other_officer),
    )
    assert sorted(told(outcomes)) == ["DifferenceCase", "Refused"]
    case.refresh_from_db()
    assert Refund.objects.count() == (case.state == "refunding")


@pytest.mark.postgres
def test_people_are_locked_before_the_village_s_account(campaign, paid, officer):
    """`resolve_case` and `decide_difference` wait for the person before they hold what others wait for."""
    from collection.money import services as money

    Identity.objects.create(resident=paid.resident, kind="低保对象", department="民政局", recognised_on=DIED)
    apply_effects(campaign=campaign, residents=[paid.resident_id], roster=None, actor=officer)
    case = DifferenceCase.objects.get()

    def both():
        """A booking: the person, then the account; meanwhile somebody resolves the case."""
        from django.db import transaction

        with transaction.atomic():
            lock_residents([paid.resident_id])
            money.lock_accounts(campaign=campaign, villages=[VILLAGE])

    for _ in range(5):
        told(together(lambda: resolve_case(case=case, note="已说明", actor=officer), both))


@pytest.mark.parametrize("kind", ["early", "reopen"])
def test_asked_and_agreed_at_once_there_is_one_question_and_one_answer(campaign, officer, make_user, kind):
    taxes = [make_user("tax", "411325", username=f"tax{n}") for n in range(2)]
    asked = together(
        *[
            lambda who=who: consents.ask_consent(campaign=campaign, kind=kind, reason="提前", actor=who)
            for who in (officer, officer)
        ]
    )
    assert told(asked) == ["ClosingConsent"] * 2
    consent = ClosingConsent.objects.get()
    agreed = together(*[lambda who=who: consents.give_consent(consent=consent, actor=who) for who in taxes])
    assert sorted(told(agreed)) == ["ClosingConsent", "Refused"]


def test_deaths_and_payments_of_one_village_do_not_wait_in_a_circle(campaign, clerk, officer):
    people = list(pay(campaign, clerk, channel="self", people=4))

    def die(one):
        set_status(resident=one.resident, status="dead", since=DIED, source="证明", actor=officer)

    told(
        together(
            *[lambda one=one: die(one) for one in people],
            lambda: pay(campaign, clerk, channel="cash", people=3, start=100),
            lambda: pay(campaign, clerk, channel="self", people=3, start=200, day=DAY),
        )
    )
    assert Refund.objects.filter(state="requested").count() == 4
    assert Contribution.objects.filter(ended_at__isnull=True).count() == 10
    assert recount(campaign=campaign) == []
