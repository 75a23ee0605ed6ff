"""Years, births, identities and policies that change: quoted again, shown before and after, confirmed."""

import datetime

import pytest

import collection.tasks  # noqa: F401
from collection.consequences.models import Consequence
from collection.consequences.quotes import confirm_quote, follow_policy, work_out_quotes
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import InsuredYear
from subsidies.quotes.selectors import quote_residents
from tests.collection.paid_people import DAY, VILLAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(campaign, clerk, make_resident):
    """Insured in 2023 and 2024: no gap, cover from the first of January."""

    def booked(years=(2023, 2024)):
        person = make_resident(VILLAGE)
        for year in years:
            InsuredYear.objects.create(resident=person, year=year, source="登记册")
        quoted = quote_residents(campaign=campaign, residents=[person], paid_on=DAY)[person.pk]
        payment = Payment(person.pk, VILLAGE, "self", DAY, quoted, state="posted")
        return record_contributions(campaign=campaign, payments=[payment], actor=clerk)[0]

    return booked


def change_years(person, actor, gone=(), added=()):
    InsuredYear.objects.filter(resident=person, year__in=gone).delete()
    InsuredYear.objects.bulk_create(InsuredYear(resident=person, year=year, source="更正") for year in added)
    change = FactChange(person.pk, FactKind.INSURED_YEARS, tuple(gone) or None, tuple(added) or None)
    record_facts([change], actor=actor)


def test_corrected_years_are_shown_before_and_after_and_confirmed(booked, officer, clerk):
    paid = booked()
    change_years(paid.resident, officer, gone=(2023, 2024), added=(2021,))
    consequence = Consequence.objects.get()
    assert (consequence.outcome, consequence.state, consequence.fact) == ("review", "open", "参保年度更正")
    assert consequence.before["waiting_months"] == 0
    assert consequence.after["waiting_months"] > 0
    paid.refresh_from_db()
    assert paid.waiting_months == 0  # nothing changes silently
    with pytest.raises(Refused, match="县医保局"):
        confirm_quote(consequence=consequence, note="已核对", actor=clerk)
    confirm_quote(consequence=consequence, note="已核对", actor=officer)
    paid.refresh_from_db()
    assert paid.waiting_months == consequence.after["waiting_months"]
    assert paid.amount == 400
    with pytest.raises(Refused, match="确认过"):
        confirm_quote(consequence=consequence, note="再点", actor=officer)
    assert work_out_quotes(residents=[paid.resident_id], fact="x", actor=officer) == 0


def test_taken_back_nothing_waits_any_more(booked, officer):
    paid = booked()
    change_years(paid.resident, officer, gone=(2023, 2024), added=(2021,))
    change_years(paid.resident, officer, gone=(2021,), added=(2023, 2024))
    assert Consequence.objects.get().state == "withdrawn"


def test_confirmed_and_then_corrected_back_waits_again(booked, officer):
    paid = booked()
    change_years(paid.resident, officer, gone=(2023, 2024), added=(2021,))
    confirm_quote(consequence=Consequence.objects.get(), note="已核对", actor=officer)
    change_years(paid.resident, officer, gone=(2021,), added=(2023, 2024))
    consequence = Consequence.objects.get()
    assert (consequence.state, consequence.after["waiting_months"]) == ("open", 0)


def test_what_changes_nothing_asks_nobody(booked, officer):
    paid = booked()
    change_years(paid.resident, officer, added=(2022,))
    assert not Consequence.objects.exists()


def test_a_policy_version_quotes_everybody_again(campaign, booked, officer, monkeypatch):
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)
    paid = [booked() for _ in range(3)]
    Contribution.objects.filter(pk=paid[0].pk).update(benefit_from=datetime.date(2025, 2, 1))
    follow_policy(campaign, officer)
    job = Job.objects.get(kind="consequences.policy")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, "3 人" in job.message, Consequence.objects.get().contribution) == ("done", True, paid[0])
