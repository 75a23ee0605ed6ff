"""未参保动员台账: recorded once, followed when the person pays, reviewed by a second person, counted to names."""

import datetime
import io
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.visits import causes, reviews, selectors
from collection.visits.figures import figures_by_village, total_of
from collection.visits.models import Cause, Exclusion, ToldPayment, Visit
from core.access.roles import Role
from core.audit.models import Event
from core.pages.frame import todos_for
from core.refusals import Refused
from residents.people.models import Household, Resident
from tests.collection.paid_people import DAY, FAR, TOWNSHIP, VILLAGE
from tests.collection.visits.attempts import book, cause_of, proof, record

TODAY = datetime.date(2024, 10, 25)


@pytest.fixture
def helper(make_user):
    return make_user(Role.VILLAGE, VILLAGE)


@pytest.fixture
def clerk(make_user):
    return make_user(Role.TOWNSHIP, TOWNSHIP)


@pytest.fixture
def family(campaign, make_resident):
    """Three of one household, the first with a phone."""
    home = Household.objects.create(village_id=VILLAGE, number="0007", head_name="王大山")
    names = ("王大山", "李桂花", "王小河")
    return [
        make_resident(VILLAGE, name=name, household=home, phone="13800001234" if name == "王大山" else "")
        for name in names
    ]


def total(campaign, region="411325"):
    return total_of(figures_by_village(campaign=campaign, region=region, today=TODAY))


def test_one_attempt_is_recorded_once_for_everybody_ticked(campaign, family, helper):
    key = uuid.uuid4()
    for _ in range(2):
        made = record(campaign, family, helper, result="no_answer", cause="away", note="在东莞", key=key)
    assert len(made) == 3 and Visit.objects.count() == 3
    assert Event.objects.filter(action="visit.record").count() == 3


def test_whoever_was_paid_for_meanwhile_is_passed_over(campaign, family, helper, clerk):
    book(campaign, family[0], clerk)
    assert [visit.resident for visit in record(campaign, family, helper)] == family[1:]
    with pytest.raises(Refused, match="已经参保"):
        record(campaign, family[:1], helper)


def test_a_later_attempt_without_a_cause_leaves_the_cause(campaign, family, helper):
    one = family[0]
    record(campaign, [one], helper, cause="hardship", look_again_on=TODAY)
    record(campaign, [one], helper, result="no_answer")
    (person,) = selectors.people(
        campaign=campaign, region=VILLAGE, today=TODAY, cause=cause_of(campaign, "hardship").pk
    )
    assert (person, person.look_again_on) == (one, None)
    assert selectors.attempts_of(campaign=campaign, residents=[one.pk]) == {one.pk: 2}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"result": "nonsense"}, "result"),
        ({"way": "pigeon"}, "way"),
        ({"note": "长" * 201}, None),
        ({"cause": "given up"}, "cause"),
        ({"cause": "army", "since": DAY}, "file"),
    ],
)
def test_what_is_refused_leaves_nothing(campaign, family, helper, said, field):
    if said.get("cause") == "given up":
        cause = cause_of(campaign, "refuses")
        causes.give_up_cause(cause=cause, given_up=True, actor=helper)
        said = {"cause": "refuses"}
    with pytest.raises(Refused) as refused:
        record(campaign, family, helper, **said)
    assert refused.value.field == field
    assert not Visit.objects.exists() and not Exclusion.objects.exists()


# --- payments that villagers tell of ------------------------------------------------------------


@pytest.fixture
def told(campaign, family, helper):
    record(campaign, family[:1], helper, way="wechat", result="told", told_paid_on=DAY)
    return ToldPayment.objects.get()


def test_what_is_told_counts_nowhere_and_keeps_its_first_day(campaign, family, helper, told, business_clock):
    assert (total(campaign).unpaid, total(campaign).told, total(campaign).overdue) == (3, 1, 0)
    business_clock("2024-11-01T10:00")
    record(campaign, family[:1], helper, result="told", told_paid_on=DAY)
    assert ToldPayment.objects.get().due_on == datetime.date(2024, 11, 4)


@pytest.mark.parametrize(("channel", "state"), [("self", "arrived"), ("family", "arrived"), ("cash", "otherwise")])
def test_what_is_told_is_settled_when_the_money_comes(campaign, family, clerk, told, channel, state):
    paid = book(campaign, family[0], clerk, channel)
    told.refresh_from_db()
    assert (told.state, told.contribution) == (state, paid)


def test_what_does_not_come_is_a_case(campaign, family, helper, clerk, told, business_clock, client):
    business_clock("2024-11-04T23:00")
    with pytest.raises(Refused, match="还可能到"):
        reviews.settle_told(told=told, note="查过", actor=helper)
    business_clock("2024-11-05T08:00")
    assert any("逾期未到" in todo.text for todo in todos_for(helper))
    assert any("逾期未到" in todo.text for todo in todos_for(clerk))
    client.force_login(helper)
    assert "王大山" in client.get(reverse("told_list")).content.decode()
    for _ in range(2):
        client.post(reverse("told_settle", args=[told.pk]), {"note": "手机上没有缴费记录"})
    told.refresh_from_db()
    assert (told.state, told.settled_by) == ("unpaid", helper)
    assert Event.objects.filter(action="told_payment.settle").count() == 1
    assert not any("逾期未到" in todo.text for todo in todos_for(helper))


# --- evidence that takes somebody out of the task ------------------------------------------------------------


@pytest.fixture
def exclusion(campaign, family, helper):
    record(
        campaign,
        family[2:],
        helper,
        way="records",
        result="",
        cause="elsewhere",
        note="邓州市",
        since=DAY,
        file=proof(),
    )
    return Exclusion.objects.get()


def test_accepted_evidence_gives_the_status_and_ends_the_ledger_line(campaign, family, exclusion, clerk):
    assert (total(campaign).unpaid, total(campaign).review) == (3, 1)
    for _ in range(2):
        reviews.decide_exclusion(exclusion=exclusion, accept=True, note="", actor=clerk)
    person = Resident.objects.get(pk=family[2].pk)
    assert (person.status, person.status_on) == ("elsewhere", DAY)
    assert person.statuses.get().source == "未参保动员台账核减：已在异地参保 邓州市"
    assert (total(campaign).unpaid, total(campaign).review) == (2, 0)


def test_evidence_sent_back_leaves_the_person_in_the_task(campaign, family, exclusion, clerk):
    with pytest.raises(Refused, match="退回的原因"):
        reviews.decide_exclusion(exclusion=exclusion, accept=False, note="", actor=clerk)
    reviews.decide_exclusion(exclusion=exclusion, accept=False, note="看不清", actor=clerk)
    assert total(campaign).unpaid == 3
    with pytest.raises(Refused, match="已退回"):
        reviews.decide_exclusion(exclusion=exclusion, accept=True, note="", actor=clerk)


def test_nobody_reviews_what_they_brought_in(campaign, family, clerk):
    record(campaign, family[:1], clerk, cause="army", since=DAY, file=proof())
    with pytest.raises(Refused, match="另一人"):
        reviews.decide_exclusion(exclusion=Exclusion.objects.get(), accept=True, note="", actor=clerk)
    with pytest.raises(Refused, match="正在审核"):
        record(campaign, family[:1], clerk, cause="army", since=DAY, file=proof())


def test_who_pays_meanwhile_is_not_taken_out(campaign, family, exclusion, clerk):
    book(campaign, family[2], clerk)
    exclusion.refresh_from_db()
    assert exclusion.state == "moot"
    with pytest.raises(Refused, match="已缴费"):
        reviews.decide_exclusion(exclusion=exclusion, accept=True, note="", actor=clerk)


# --- the county's list and days ------------------------------------------------------------


def test_a_county_edits_its_list(campaign, family, helper, client, make_user):
    client.force_login(make_user(Role.COUNTY, "411325"))
    fields = {"name": "在校学生，学校统一缴", "asks": "学校", "status": "", "position": "5"}
    assert client.post(reverse("cause_list"), {**fields, "add": "1"}).status_code == 302
    assert client.post(reverse("cause_list"), {**fields, "add": "1"}).status_code == 400
    cause = Cause.objects.get(asks="学校")
    assert selectors.causes_of("411325").first() == cause
    client.post(reverse("cause_give_up", args=[cause.pk]), {"given_up": "1"})
    assert cause not in selectors.causes_of("411325")
    used = cause_of(campaign, "hardship")
    record(campaign, family, helper, cause="hardship")
    answer = client.post(reverse("cause_edit", args=[used.pk]), {**fields, "name": "困难", "status": "moved"})
    assert answer.status_code == 400 and "另加一条" in answer.content.decode()
    client.post(reverse("cause_list"), {"terms-told_days": "3", "terms-quiet_days": "7", "terms": "1"})
    record(campaign, family[:1], helper, result="told", told_paid_on=DAY)
    assert ToldPayment.objects.get().due_on == datetime.date(2024, 10, 28)
    assert Event.objects.filter(action__in=["cause.add", "cause.change", "visitterms.change"]).count() == 3


# --- figures and names ------------------------------------------------------------


def test_every_figure_leads_to_its_names(campaign, family, helper, make_resident, business_clock):
    far = make_resident(FAR, name="赵远")
    record(campaign, family[:1], helper, cause="away", look_again_on=TODAY)
    business_clock("2024-10-10T09:00")
    record(campaign, family[1:2], helper, result="promised", look_again_on=datetime.date(2024, 10, 20))
    business_clock("2024-10-25T11:00")
    record(campaign, family[2:], helper, way="records", result="", cause="mistake")
    figures = total(campaign)
    by_name = {
        standing: set(selectors.people(campaign=campaign, region="411325", today=TODAY, standing=standing))
        for standing in selectors.STANDINGS
    }
    one, two, three = family
    assert by_name["all"] == {*family, far}
    assert by_name["never"] == {three, far}, "looking into papers is no attempt"
    assert by_name["quiet"] == {two}
    assert by_name["uncaused"] == {two, far}
    assert by_name["due"] == {one, two}
    assert by_name["promised"] == {two}
    assert figures.longest == datetime.date(2024, 10, 10)
    for standing, count in {
        "all": figures.unpaid,
        "never": figures.never,
        "quiet": figures.quiet,
        "uncaused": figures.uncaused,
        "due": figures.due,
        "told": figures.told,
        "review": figures.review,
    }.items():
        assert len(by_name[standing]) == count, standing
    assert selectors.promised_for(campaign=campaign, region=VILLAGE, on=TODAY) == {two.pk}
    assert selectors.due_again(campaign=campaign, region=TOWNSHIP, on=TODAY).count() == 2


def test_pages_of_each_role_end_at_the_region(campaign, family, helper, make_resident, make_user, client):
    make_resident(FAR, name="赵远")
    record(campaign, family, helper, cause="away", note="在东莞")
    for role, region, sees in ((Role.VILLAGE, VILLAGE, 3), (Role.TOWNSHIP, TOWNSHIP, 3), (Role.COUNTY, "411325", 4)):
        client.force_login(make_user(role, region))
        assert client.get(reverse("visit_ledger"), {"region": "411325"}).context["total"].unpaid == sees
        page = client.get(reverse("visit_people"), {"region": "411325"}).content.decode()
        assert "在东莞" in page and family[0].id_number not in page
        assert ("赵远" in page) is (sees == 4)
        sheet = client.get(reverse("visit_people"), {"export": "1", "region": "411325"})
        book = openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content)))
        rows = list(book.active.iter_rows(min_row=4, values_only=True))
        assert len(rows) == sees and family[0].id_number not in str(rows)
    assert Event.objects.filter(action="visit.export").count() == 3


def test_the_form_of_a_household(campaign, family, helper, client):
    client.force_login(helper)
    address = reverse("visit_record", args=[family[0].pk])
    page = client.get(address)
    assert 'href="tel:13800001234"' in page.content.decode()
    assert Event.objects.filter(action="visit.phones").count() == 1
    sent = {"key": str(uuid.uuid4()), "people": [one.pk for one in family], "way": "call", "result": "promised"}
    wrong = client.post(address, sent)
    assert wrong.status_code == 400 and "答应哪一天缴费" in wrong.content.decode()
    assert client.post(address, {**sent, "look_again_on": "2024-10-26"}).status_code == 302
    assert Visit.objects.filter(result="promised").count() == 3
    assert Contribution.objects.count() == 0


@pytest.mark.parametrize("name", ["visit_ledger", "visit_people"])
def test_pages_ask_as_much_of_many_as_of_few(campaign, family, helper, make_resident, client, name):
    client.force_login(helper)
    counts = []
    for more in (0, 12):
        for number in range(more):
            record(campaign, [make_resident(VILLAGE, name=f"孙{number}")], helper, cause="away")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] >= counts[1] - 2, "the first visits add the two statements that read them whole"
