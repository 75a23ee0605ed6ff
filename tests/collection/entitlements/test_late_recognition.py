"""先缴后认定 in all five counties: paid, then recognised; by the notice or by a document, to its end."""

import datetime

import pytest

import collection.tasks  # noqa: F401
from collection.contributions.models import Contribution, ContributionFund
from collection.contributions.services import Payment, record_contributions
from collection.entitlements import funds
from collection.entitlements.differences import decide_difference, resolve_case
from collection.entitlements.models import DifferenceCase
from collection.money.selectors import recount
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from collection.tasks import enrol_who_owes_nothing
from core.access.roles import Role
from core.files.models import Attachment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.services import open_campaign
from subsidies.quotes.selectors import quote_residents
from tests.collection.entitlements.test_consequences import County
from tests.collection.paid_people import PAYEE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent_queue")]
# policy | paid on | recognised on | today | category | paid, due → difference | its fund | granted by the notice
CASES = {
    "内乡 低保": "411325-2025 2024-10-10 2024-10-20 2024-10-25 低保对象 400 320 80 医疗救助资金 silent",
    "内乡 特困": "411325-2025 2024-10-10 2024-10-20 2024-10-25 特困人员 400 0 400 医疗救助资金 silent",
    "内乡, the last day": "411325-2025 2024-10-10 2024-12-31 2024-12-31 低保对象 400 320 80 医疗救助资金 silent",
    "西峡 低保": "411323-2026 2025-10-10 2025-10-20 2025-10-25 低保对象 400 310 90 医疗救助资金 silent",
    "西峡 孤儿": "411323-2026 2025-10-10 2025-10-20 2025-10-25 孤儿 400 0 400 医疗救助资金 silent",
    "西峡 监测户": "411323-2026 2025-10-10 2025-10-20 2025-10-25 监测户 400 310 90 县财政 silent",
    "沁水 低保": "140521-2026 2025-11-10 2025-11-20 2025-11-24 低保对象 320 80 240 医疗救助资金 silent",
    "沁水 特困": "140521-2026 2025-11-10 2025-11-20 2025-11-24 特困人员 320 0 320 医疗救助资金 silent",
    "屯留 重残": "140405-2026 2025-11-10 2025-11-20 2025-11-24 重度残疾人 400 80 320 残疾人就业保障金 silent",
    "屯留 特困": "140405-2026 2025-11-10 2025-11-20 2025-11-24 特困人员 400 0 400 医疗救助资金 silent",
    "高阳 低保": "130628-2026 2025-11-10 2025-11-20 2025-11-24 低保对象 400 40 360 医疗救助资金 granted",
    "高阳 特困": "130628-2026 2025-11-10 2025-11-20 2025-11-24 特困人员 400 0 400 医疗救助资金 granted",
}
#: Recognised the day after the period: nothing follows for what was paid.
TOO_LATE = {
    "内乡": "411325-2025 2024-10-10 2025-01-01 特困人员",
    "西峡": "411323-2026 2025-10-10 2026-01-01 孤儿",
    "沁水": "140521-2026 2025-11-10 2026-02-26 特困人员",
    "屯留": "140405-2026 2025-11-10 2026-02-26 特困人员",
    "高阳": "130628-2026 2025-11-10 2026-03-01 特困人员",
}


@pytest.fixture
def at(db, business_clock, make_user):
    def at(policy, today):
        business_clock(f"{today}T10:00")
        campaign, _ = open_campaign(policy_id=policy)
        villages = Region.objects.filter(code__startswith=policy[:6], level="village").order_by("code")
        return County(campaign, villages.first().pk, make_user)

    return at


def pay(county, person, on):
    day = datetime.date.fromisoformat(on)
    owed = quote_residents(campaign=county.campaign, residents=[person], paid_on=day)[person.pk]
    payment = Payment(person.pk, county.village, "self", day, owed, state="posted")
    return record_contributions(campaign=county.campaign, payments=[payment], actor=county.clerk)[0]


@pytest.mark.parametrize("name", CASES)
def test_to_the_end(at, make_resident, make_user, name):
    policy, paid_on, since, today, category, amount, due, difference, fund, granted = CASES[name].split()
    county = at(policy, today)
    person = make_resident(county.village)
    paid = pay(county, person, paid_on)
    assert paid.amount == int(amount)
    county.mark([person], category, since=since)
    case = DifferenceCase.objects.get()
    assert (case.due, case.difference, case.category) == (int(due), int(difference), category)
    if granted == "silent":
        assert case.state == "open" and not Refund.objects.exists()
        decide_difference(case=case, grants=True, document="宛医保〔2024〕9号", actor=county.head)
    refund = Refund.objects.get()
    assert (refund.amount, refund.ends_enrolment, refund.resident) == (int(difference), False, person)
    paper = Attachment.objects.create(name="x", kind="evidence", size=1, sha256="x", region_code=county.village)
    refund.evidence.add(paper)
    refunds.set_payee(refund=refund, actor=county.clerk, **PAYEE)
    refunds.pass_first(refund=refund, actor=make_user(Role.TAX, policy[:6]))
    refunds.pay_refund(refund=refund, actor=county.head)
    case.refresh_from_db()
    paid.refresh_from_db()
    assert (case.state, paid.ended_at) == ("handled", None), "paid back and still insured"
    assert ContributionFund.objects.get(contribution=paid, source=fund).amount == int(difference)
    assert funds.table(campaign=county.campaign, region=policy[:6]).agrees
    assert recount(campaign=county.campaign) == []
    county.mark([person], category, since=since)
    assert (DifferenceCase.objects.count(), Refund.objects.count()) == (1, 1), "the same list again"


@pytest.mark.parametrize("county", TOO_LATE)
def test_recognised_after_the_period_what_was_paid_stands(at, make_resident, county):
    policy, paid_on, since, category = TOO_LATE[county].split()
    bureau = at(policy, since)
    person = make_resident(bureau.village)
    pay(bureau, person, paid_on)
    bureau.mark([person], category, since=since)
    assert not DifferenceCase.objects.exists() and not Refund.objects.exists()


def test_decided_only_by_the_bureau_and_not_after_it_was_settled_in_words(at, make_resident, make_user):
    county = at("411323-2026", "2025-10-25")
    person = make_resident(county.village)
    pay(county, person, "2025-10-10")
    county.mark([person], "孤儿", since="2025-10-20")
    case = DifferenceCase.objects.get()
    with pytest.raises(Refused, match="县医保局"):
        decide_difference(case=case, grants=True, document="x", actor=make_user("township", "411323105"))
    resolve_case(case=case, note="本人放弃", actor=county.head)
    with pytest.raises(Refused, match="处理过"):
        decide_difference(case=case, grants=True, document="x", actor=county.head)


@pytest.mark.parametrize(("today", "enrolled"), [("2026-03-31", False), ("2026-04-01", True)])
def test_gaoyang_a_late_mark_enrols_by_itself_on_the_first_of_the_next_month(
    at, business_clock, make_resident, today, enrolled
):
    county = at("130628-2026", "2026-03-10")
    person = make_resident(county.village)
    county.mark([person], "特困人员", since="2026-03-10")
    assert county.contribution(person) is None
    business_clock(f"{today}T01:00")
    for _ in range(2):
        enrol_who_owes_nothing()
    assert Job.objects.filter(kind="special.enrol").count() == enrolled
    for job in Job.objects.filter(kind="special.enrol"):
        jobs.run(job.pk)
    made = county.contribution(person)
    assert (made is not None) == enrolled
    assert not enrolled or (made.channel, made.paid_on) == (Contribution.Channel.FREE, datetime.date(2026, 4, 1))
    Job.objects.filter(kind="special.enrol").delete()
    enrol_who_owes_nothing()
    assert not Job.objects.filter(kind="special.enrol").exists(), "nobody is left"
