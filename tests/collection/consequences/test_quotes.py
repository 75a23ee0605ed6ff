"""Years, births, identities and policies that change: quoted again, shown before and after, confirmed."""

import datetime

import pytest
from django.urls import reverse

import collection.tasks  # noqa: F401
from collection.consequences.comparing import compare
from collection.consequences.models import Consequence
from collection.consequences.quotes import follow_policy, work_out_quotes
from collection.consequences.reviews import ask_to_confirm, confirm_quote
from collection.consequences.selectors import alike
from collection.contributions.bookings import report_ended
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.entitlements.services import apply_effects
from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import InsuredYear, RepaidYear, Resident
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity
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


def test_by_groups_or_one_by_one_a_policy_version_says_the_same(campaign, booked, officer, silent_queue):
    """Of each kind that grouped.py tells apart one: years, marks, repaid years, cases, reviews; and an infant."""
    everybody = [booked(), booked(), booked(()), booked((2021,)), booked((2020, 2024)), booked((2019,))]
    marked, settled, repaid, reviewed, kept, confirmed, infant, same = (booked() for _ in range(8))
    for one, kind in ((marked, "低保对象"), (marked, "重度残疾人"), (settled, "低保对象")):
        Identity.objects.create(resident=one.resident, kind=kind, department="民政局", recognised_on=DAY)
    apply_effects(campaign=campaign, residents=[settled.resident_id], roster=None, actor=officer)
    for one, keeps in ((kept, True), (confirmed, False)):
        change_years(one.resident, officer, gone=(2023, 2024), added=(2021,))
        review = Consequence.objects.get(contribution=one)
        confirm_quote(consequence=review, note="已核对", keeps=keeps, actor=officer)
    RepaidYear.objects.create(resident=repaid.resident, year=2022, source="补缴")
    Resident.objects.filter(pk=infant.resident_id).update(birth_date=datetime.date(2024, 9, 30))
    change_years(reviewed.resident, officer, gone=(2023, 2024), added=(2021,))
    ended = booked()
    Contribution.objects.filter(pk=ended.pk).update(ended_at=campaign.opened_at, state="refunded")
    others = Contribution.objects.exclude(pk__in=[same.pk, reviewed.pk, kept.pk, confirmed.pk])
    cover = dict(others.values_list("pk", "benefit_from"))
    others.update(benefit_from=datetime.date(2025, 2, 1))
    run_policy_job(campaign, officer, "first")
    live = Contribution.objects.filter(campaign=campaign, ended_at__isnull=True)
    was = {one.booked.pk: one.before for one in compare(campaign, live) if one.differs}
    assert dict(Consequence.objects.filter(state="open").values_list("contribution", "before")) == was
    asked = waits_as_compared(campaign)
    assert {one.pk for one in (*everybody, marked, settled, repaid)} < asked
    assert not {ended.pk, same.pk, kept.pk, confirmed.pk} & asked
    found = Consequence.objects.filter(state="open")
    assert all((row.village_id, row.resident_id) == (VILLAGE, row.contribution.resident_id) for row in found)
    told = Event.objects.filter(action="consequence.requote", summary__startswith="采用政策新版本")
    assert told.count() == len(asked) - 1, "one waited already, by the years"
    three = [one.resident_id for one in (everybody[3], kept, confirmed)]
    InsuredYear.objects.filter(resident__in=three).update(year=2020)
    run_policy_job(campaign, officer, "the years of three")
    assert waits_as_compared(campaign) == asked | {kept.pk, confirmed.pk}
    assert told.count() == len(asked) - 1 + 3, "and they alone are told of again"
    assert Consequence.objects.get(contribution=kept).decided_by is None
    for pk, start in cover.items():
        Contribution.objects.filter(pk=pk).update(benefit_from=start)
    run_policy_job(campaign, officer, "taken back")
    left = waits_as_compared(campaign)
    assert everybody[3].pk in left and not left & {one.pk for one in everybody if one != everybody[3]}


def run_policy_job(campaign, officer, key):
    job = jobs.enqueue("consequences.policy", actor=officer, key=key, campaign=campaign.pk)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message


def waits_as_compared(campaign):
    """Whose reviews are open: those whose quotes differ, compared one by one, with what would be."""
    live = Contribution.objects.filter(campaign=campaign, ended_at__isnull=True)
    asked = {one.booked.pk: one.now for one in compare(campaign, live) if one.differs}
    assert dict(Consequence.objects.filter(state="open").values_list("contribution", "after")) == asked
    return asked.keys()


def test_left_as_booked_it_is_not_asked_again_until_the_facts_change(booked, officer):
    paid = booked()
    change_years(paid.resident, officer, gone=(2023, 2024), added=(2021,))
    confirm_quote(consequence=Consequence.objects.get(), note="按原待遇", keeps=True, actor=officer)
    paid.refresh_from_db()
    kept = Consequence.objects.get()
    assert (paid.waiting_months, kept.state, kept.outcome) == (0, "done", "stands")
    assert work_out_quotes(residents=[paid.resident_id], fact="x", actor=officer) == 0
    change_years(paid.resident, officer, gone=(2021,), added=(2020,))
    again = Consequence.objects.get()
    assert (again.state, again.outcome, again.before["waiting_months"]) == ("open", "review", 0)
    change_years(paid.resident, officer, gone=(2020,), added=(2024,))
    assert Consequence.objects.get().state == "withdrawn"


def test_all_who_changed_alike_are_confirmed_together(campaign, booked, officer, clerk, silent_queue, client):
    paid = [booked() for _ in range(3)]
    for one in paid[:2]:
        change_years(one.resident, officer, gone=(2023, 2024), added=(2021,))
    change_years(paid[2].resident, officer, gone=(2023, 2024), added=(2019,))
    (group,) = alike(user=officer, campaign=campaign)
    assert group.people == 2
    with pytest.raises(Refused, match="县医保局"):
        ask_to_confirm(campaign=campaign, alike=group, note="核对", keeps=False, actor=clerk)
    with pytest.raises(Refused, match="现在是 2 人，页面上是 5 人"):
        ask_to_confirm(campaign=campaign, alike=group._replace(people=5), note="核对", keeps=False, actor=officer)
    client.force_login(officer)
    assert "同样变化的一起确认" in client.get(reverse("consequence_list")).content.decode()
    client.post(reverse("consequence_confirm"), {**group._asdict(), "note": "已核对登记册"})
    job = Job.objects.get(kind="consequences.confirm")
    for _ in range(2):  # a worker lost half-way begins again
        Job.objects.filter(pk=job.pk).update(state="queued")
        jobs.run(job.pk)
    states = Consequence.objects.order_by("pk").values_list("state", "note")
    assert list(states) == [("done", "已核对登记册")] * 2 + [("open", "")]
    waits = [Contribution.objects.get(pk=one.pk).waiting_months for one in paid]
    assert waits[0] == waits[1] > 0 == waits[2]
    event = Event.objects.filter(action="consequence.confirm").first()
    assert (event.before["waiting_months"], event.after["waiting_months"]) == (0, waits[0])


def test_a_payment_that_ended_is_not_to_be_looked_at_any_more(campaign, booked, officer):
    paid = booked()
    change_years(paid.resident, officer, gone=(2023, 2024), added=(2021,))
    consequence = Consequence.objects.get()
    Contribution.objects.filter(pk=paid.pk).update(ended_at=campaign.opened_at, state="refunded")
    with pytest.raises(Refused, match="不用再确认"):
        confirm_quote(consequence=consequence, note="x", actor=officer)
    report_ended(campaign, [paid], officer)
    assert Consequence.objects.get().state == "withdrawn"


def test_statements_do_not_grow_with_the_people(campaign, booked, officer, django_assert_max_num_queries):
    paid = [booked() for _ in range(30)]
    people = [one.resident_id for one in paid]
    InsuredYear.objects.filter(resident__in=people).delete()
    InsuredYear.objects.bulk_create(InsuredYear(resident_id=pk, year=2020, source="x") for pk in people)
    with django_assert_max_num_queries(16):
        assert work_out_quotes(residents=people, fact="参保年度更正", actor=officer) == 30
    InsuredYear.objects.filter(resident__in=people).update(year=2021)
    with django_assert_max_num_queries(16):
        assert work_out_quotes(residents=people, fact="参保年度更正", actor=officer) == 30
    assert Consequence.objects.filter(state="open", after__waiting_months=6).count() == 30
    assert Event.objects.filter(action="consequence.requote").count() == 60
