"""Newborns: insured without a fee where the notice says so, asked for it where not, and the days that are left."""

import datetime

import pytest
from django.urls import reverse

import collection.tasks  # noqa: F401
from collection.consequences.models import Consequence
from collection.consequences.reviews import confirm_quote
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions, reverse_contributions
from collection.entitlements import funds
from collection.entitlements.models import DifferenceCase
from collection.ledgers.check import check_ledger
from collection.ledgers.facts import gather
from collection.ledgers.reading import read_ledger
from collection.ledgers.selectors import unpaid_people
from collection.newborns.selectors import countdown, waiting
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import BUILT_IN, load_regions, read_regions
from core.tables.reader import Sheet, Workbook
from residents.counter.corrections import change_number, withdraw_parent
from residents.counter.newborns import NamedParent, register_with_parents
from residents.people.models import ParentLink, Resident
from residents.statuses.services import set_status
from subsidies.campaigns.services import open_campaign
from subsidies.policy import policies
from subsidies.quotes.benefits import newborn_deadline
from subsidies.quotes.quote import quote
from subsidies.quotes.selectors import quote_residents
from tests.collection.ledgers.ledger_files import HEADING, person
from tests.collection.paid_people import DAY, VILLAGE
from tests.factories import invented_number

pytestmark = pytest.mark.django_db
BORN = datetime.date(2025, 2, 20)
TUNLIU = "140405"


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def spring(business_clock, silent_queue, campaign):
    """内乡's campaign of 2025, after its period."""
    business_clock("2025-03-10T10:00")
    return campaign


@pytest.fixture
def mother(make_resident):
    return make_resident(VILLAGE, name="李秀英", birth="1995-01-01", sex="F")


def bear(clerk, *parents, born=BORN, village=VILLAGE, number="W123456789"):
    named = [NamedParent("mother", parent.name, parent.id_number) for parent in parents]
    facts = {"name": "王小花", "id_number": number, "birth_date": born, "sex": "F"}
    return register_with_parents(
        parents=named, village=Region.objects.get(pk=village), household="3", actor=clerk, **facts
    )


def insure(campaign, actor, person, on=DAY, channel="self"):
    owed = quote_residents(campaign=campaign, residents=[person], paid_on=on, taking_payment=False)[person.pk]
    state = {"state": "posted"} if channel == "self" else {}
    payment = Payment(person.pk, person.village_id, channel, on, owed, **state)
    return record_contributions(campaign=campaign, payments=[payment], actor=actor)[0]


def run_jobs():
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.message


def live(person):
    return Contribution.objects.filter(resident=person, ended_at__isnull=True).first()


# --- Who pays ---------------------------------------------------------------------------------------------------------


def test_neixiang_with_an_insured_mother_there_is_no_fee_and_no_fund_pays(spring, clerk, mother):
    insure(spring, clerk, mother)
    baby = bear(clerk, mother)
    made = live(baby)
    assert (made.channel, made.standard, made.amount, made.subsidy) == ("free", 0, 0, 0)
    assert (made.benefit_from, made.waiting_months) == (BORN, 0)
    assert not made.funds.exists()
    assert funds.table(campaign=spring, region="411325").agrees


def test_neixiang_without_insured_parents_the_fee_is_due(spring, clerk, mother):
    baby = bear(clerk, mother)
    assert live(baby) is None
    quoted = quote_residents(campaign=spring, residents=[baby], paid_on=day("2025-03-10"))[baby.pk]
    assert quoted.due == 400


def test_a_parent_insured_as_an_employee_counts_too(spring, officer, clerk, mother):
    baby = bear(clerk, mother)
    set_status(resident=mother, status="employee", since=day("2025-03-01"), source="参保证明", actor=officer)
    run_jobs()
    assert live(baby).channel == "free"


def test_a_mother_who_pays_later_brings_her_child_in(spring, clerk, mother):
    baby = bear(clerk, mother)
    insure(spring, clerk, mother, on=day("2025-03-09"))
    run_jobs()
    assert live(baby).channel == "free"


def test_a_child_that_was_paid_for_before_is_put_before_the_bureau(spring, clerk, officer, mother):
    baby = bear(clerk, mother)
    insure(spring, clerk, baby, on=day("2025-03-09"))
    insure(spring, clerk, mother, on=day("2025-03-09"))
    run_jobs()
    case = DifferenceCase.objects.get()
    assert (case.contribution, case.due, case.difference, case.state) == (live(baby), 0, 400, "open")


def test_an_insurance_taken_back_is_shown_and_ends_the_free_cover_when_confirmed(spring, clerk, officer, mother):
    paid = insure(spring, clerk, mother, channel="cash")
    baby = bear(clerk, mother)
    assert live(baby).channel == "free"
    reverse_contributions(campaign=spring, contributions=[paid], reason="重复", actor=clerk)
    run_jobs()
    review = Consequence.objects.get(contribution=live(baby))
    assert (review.fact, review.before["due"], review.after["due"]) == ("父母参保变化", "0.00", "400.00")
    assert live(baby), "nothing changes silently"
    confirm_quote(consequence=review, note="已核对", actor=officer)
    assert live(baby) is None


def test_a_parent_named_by_mistake_is_taken_back(spring, clerk, mother):
    insure(spring, clerk, mother)
    baby = bear(clerk, mother)
    withdraw_parent(link=ParentLink.objects.get(), reason="登记有误", actor=clerk)
    assert Consequence.objects.get(contribution=live(baby)).fact == "父母登记变化"


def test_tunliu_the_year_of_birth_is_free_and_charges_no_fund(business_clock, silent_queue, make_user):
    business_clock("2026-05-10T10:00")
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code=TUNLIU)
    campaign, _ = open_campaign(policy_id="140405-2026")
    village = Region.objects.filter(code__startswith=TUNLIU, level="village").first()
    baby = bear(make_user("county", TUNLIU), born=day("2026-05-01"), village=village.pk)
    made = live(baby)
    assert (made.channel, made.standard, made.benefit_from) == ("free", 0, day("2026-05-01"))
    assert not made.funds.exists()
    table = funds.table(campaign=campaign, region=TUNLIU)
    assert (table.total.total, table.agrees) == (0, True)


# --- The village's list -----------------------------------------------------------------------------------------------


def test_a_newborn_is_on_the_village_s_list_from_the_day_of_registration(spring, clerk, mother):
    baby = bear(clerk, mother, born=day("2025-03-08"))
    owing, _ = unpaid_people(campaign=spring, village=baby.village)
    assert [(one.name, one.id_number, one.due) for one in owing if one.name == "王小花"] == [
        ("王小花", "W123456789", 400)
    ]


@pytest.mark.parametrize("paid_first", [True, False])
def test_the_number_comes_later_and_it_is_one_person(spring, clerk, mother, paid_first):
    baby = bear(clerk, mother)
    number = invented_number(BORN, "F", 7)
    if paid_first:
        insure(spring, clerk, baby, on=day("2025-03-09"))
    change_number(resident=baby, id_number=number, actor=clerk)
    baby.refresh_from_db()
    if not paid_first:
        insure(spring, clerk, baby, on=day("2025-03-09"))
    assert Resident.objects.filter(name="王小花").count() == 1
    made = live(baby)
    assert (baby.id_number, made.amount, made.benefit_from, made.waiting_months) == (number, 400, BORN, 0)


def judge(campaign, village, on="2025-03-09", **facts):
    """The row of a ledger about this person, as checked on 10 March."""
    row = person(0, paid_on=on, **facts)
    reading = read_ledger(Workbook("xlsx", [Sheet("缴费清册", rows=[(1, list(HEADING)), (2, row)])]))
    known = gather(campaign=campaign, village=village, reading=reading, as_of=day("2025-03-10"))
    (judged,) = check_ledger(reading, known).rows
    return judged


def test_a_birth_certificate_does_not_become_two_people(spring, clerk, mother):
    """Neither at the window nor by a ledger; registered all the same, two are merged (test_duplicates.py)."""
    baby = bear(clerk, mother)
    number = invented_number(BORN, "F", 7)
    with pytest.raises(Refused, match="同名、同日出生"):
        bear(clerk, number=number)
    row = judge(spring, baby.village, name=baby.name, id_number=number, household="3")
    assert [problem.code for problem in row.problems] == ["same_person_ask"]
    change_number(resident=baby, id_number=number, actor=clerk)
    for known in (number, "W123456789"):
        row = judge(spring, baby.village, name=baby.name, id_number=known, household="3")
        assert (row.resident_id, row.problems) == (baby.pk, [])


@pytest.mark.parametrize("insured", [True, False])
def test_a_ledger_s_row_is_judged_as_the_quote_judges(spring, clerk, mother, insured):
    baby = bear(clerk, mother)
    if insured:
        insure(spring, clerk, mother)
    quoted = quote_residents(campaign=spring, residents=[baby], paid_on=day("2025-03-09"))[baby.pk]
    judged = judge(spring, baby.village, name=baby.name, id_number=baby.id_number)
    assert (judged.quote, judged.is_good) == (quoted, not insured)


# --- The countdown ----------------------------------------------------------------------------------------------------

DEADLINES = {
    "内乡 born in the year": "411325-2025 2025-02-20 2025-05-21 从出生之日起",
    "内乡 of the year before": "411325-2025 2024-12-31 2024-12-31 享受不到2025年待遇",
    "内乡 older": "411325-2025 2023-12-31 - -",
    "高阳 born before, any day will do": "130628-2026 2025-12-31 - -",
    "高阳 born in the year": "130628-2026 2026-01-01 2026-04-01 从出生之日起",
    "沁水 born in the year": "140521-2026 2026-01-01 2026-04-01 没有等待期",
    "屯留 born in the year": "140405-2026 2026-01-01 2026-04-01 从出生之日起",
    "屯留 of the year before": "140405-2026 2025-11-01 2026-01-30 没有等待期",
    "屯留 the day before that": "140405-2026 2025-10-31 - -",
}


@pytest.mark.parametrize("name", DEADLINES)
def test_the_last_day(name):
    policy, born, last, says = DEADLINES[name].split()
    found = newborn_deadline(policies.load(policy), day(born))
    if last == "-":
        assert found is None
    else:
        assert found.day == day(last) and says in found.says


def test_on_the_last_day_the_cover_still_starts_at_birth_and_the_day_after_not():
    policy = policies.load("411325-2025")
    last = newborn_deadline(policy, BORN).day
    assert quote(policy, birth_date=BORN, paid_on=last).benefit_from == BORN
    late = last + datetime.timedelta(days=1)
    assert quote(policy, birth_date=BORN, paid_on=late).benefit_from == late


@pytest.mark.parametrize(
    ("today", "left", "urgent"),
    [("2025-05-05", 16, False), ("2025-05-06", 15, True), ("2025-05-21", 0, True), ("2025-05-22", None, None)],
)
def test_the_days_count_down_for_helper_and_township(
    spring, business_clock, clerk, mother, make_user, client, today, left, urgent
):
    bear(clerk, mother)
    business_clock(f"{today}T09:00")
    found = countdown(campaign=spring, region=VILLAGE)
    assert (found and (found.left, found.is_urgent)) == (None if left is None else (left, urgent))
    assert [(one.left, one.is_urgent) for one in waiting(campaign=spring, region="411325101")] == (
        [] if left is None else [(left, urgent)]
    )
    for user in (make_user("village", VILLAGE), clerk):
        client.force_login(user)
        assert ("1 名新生儿还没有参保" in client.get(reverse("home")).content.decode()) == (left is not None)


def test_the_page_names_no_numbers_and_ends_at_the_region(spring, clerk, mother, client, make_user):
    baby = bear(clerk, mother)
    client.force_login(make_user("village", VILLAGE))
    page = client.get(reverse("newborn_list")).content.decode()
    assert baby.name in page and "李秀英" in page and "2025-05-21" in page
    assert baby.id_number not in page and mother.id_number not in page
    assert "1 名新生儿没有参保" in client.get(reverse("village", args=[VILLAGE])).content.decode()
    client.force_login(make_user("township", "411325102", username="far"))
    assert baby.name not in client.get(reverse("newborn_list")).content.decode()


def test_who_is_insured_is_not_counted(spring, clerk, mother):
    baby = bear(clerk, mother)
    insure(spring, clerk, baby, on=day("2025-03-09"))
    assert waiting(campaign=spring, region="411325") == []
