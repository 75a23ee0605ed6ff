"""Deaths, enlistments and other insurances open what the clause grants, whichever comes first, fact or payment."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from collection.consequences.decisions import decide_refund, settle_consequence
from collection.consequences.models import Consequence
from collection.consequences.services import work_out_statuses
from collection.consequences.story_sections import facts_and_effects
from collection.contributions.models import Contribution
from collection.entitlements import funds
from collection.refunds import applications
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.refusals import Refused
from residents.counter.corrections import correct_insured_years
from residents.people.models import StatusEntry
from residents.statuses.services import NewStatus, set_status, set_statuses, withdraw_status
from subsidies.rosters.models import Identity
from tests.collection.paid_people import VILLAGE, pay

pytestmark = pytest.mark.django_db
DIED = datetime.date(2024, 10, 20)


@pytest.fixture
def paper():
    return ContentFile(b"x", name="死亡证明.pdf")


@pytest.fixture
def die(officer):
    def die(resident, since=DIED, status="dead"):
        resident.refresh_from_db()
        return set_status(resident=resident, status=status, since=since, source="死亡证明", actor=officer)

    return die


@pytest.fixture
def undo(officer):
    return lambda resident: withdraw_status(
        entry=StatusEntry.objects.filter(resident=resident, withdrawn_at__isnull=True).latest("pk"),
        reason="登记有误",
        actor=officer,
    )


@pytest.fixture
def paid(campaign, clerk):
    return pay(campaign, clerk, channel="self").get()


def refund_states():
    return list(Refund.objects.order_by("pk").values_list("reason", "state"))


def test_a_death_opens_the_refund_with_its_deadline(paid, die):
    die(paid.resident)
    refund, consequence = Refund.objects.get(), Consequence.objects.get()
    assert (refund.reason, refund.amount, refund.happened_on, refund.state) == ("death", 400, DIED, "requested")
    assert (consequence.refund, consequence.outcome, consequence.state) == (refund, "refund", "done")
    assert consequence.deadline == datetime.date(2024, 12, 31)
    assert consequence.subsidy_stops


def test_worked_out_again_nothing_more_follows(paid, die, officer):
    die(paid.resident)
    work_out_statuses(residents=[paid.resident_id], actor=officer)
    assert (Refund.objects.count(), Consequence.objects.count()) == (1, 1)


def test_taken_back_the_case_is_closed_and_opens_anew(paid, die, undo):
    die(paid.resident)
    undo(paid.resident)
    assert refund_states() == [("death", "rejected")]
    assert Consequence.objects.get().state == "withdrawn"
    die(paid.resident, since=datetime.date(2024, 10, 21))
    assert refund_states() == [("death", "rejected"), ("death", "requested")]


def test_another_status_after_it_changes_the_case(paid, die, undo):
    die(paid.resident, status="employee")
    die(paid.resident, since=datetime.date(2024, 10, 22))
    assert refund_states() == [("employee_insurance", "rejected"), ("death", "requested")]
    undo(paid.resident)
    assert refund_states()[-1] == ("employee_insurance", "requested")


def test_who_had_asked_at_the_window_gets_no_second_case(paid, die, clerk):
    asked = applications.request_refund(contribution=paid, reason="death", happened_on=DIED, actor=clerk)
    die(paid.resident)
    assert Consequence.objects.get().refund == asked == Refund.objects.get()


def test_what_was_asked_for_another_reason_outlives_a_death_taken_back(paid, die, undo, clerk):
    """Who took a job asks at the window; a death registered by mistake and taken back leaves that as it was."""
    asked = applications.request_refund(contribution=paid, reason="employee_insurance", happened_on=DIED, actor=clerk)
    die(paid.resident)
    assert Consequence.objects.get().refund == asked
    undo(paid.resident)
    asked.refresh_from_db()
    assert (asked.state, Consequence.objects.get().state) == ("requested", "withdrawn")


def test_paid_back_and_then_taken_back_the_person_has_to_pay_again(
    campaign, clerk, paid, die, undo, taxman, officer, paper
):
    die(paid.resident)
    refund = Refund.objects.get()
    refunds.add_evidence(refund=refund, papers=[paper], actor=clerk)
    refunds.set_payee(refund=refund, payee="王大", payee_account="6228480000000000001", actor=clerk)
    refunds.pass_first(refund=refund, actor=taxman)
    refunds.pay_refund(refund=refund, actor=officer)
    undo(paid.resident)
    consequence = Consequence.objects.get()
    assert (consequence.outcome, consequence.state) == ("pay_again", "open")
    with pytest.raises(Refused, match="县医保局"):
        settle_consequence(consequence=consequence, note="已通知", actor=clerk)
    settle_consequence(consequence=consequence, note="已通知本人", actor=officer)
    consequence.refresh_from_db()
    assert consequence.state == "done"


def test_where_the_notice_is_silent_the_bureau_decides_by_a_document(paid, die, officer, clerk):
    die(paid.resident, status="army")
    consequence = Consequence.objects.get()
    assert (consequence.outcome, consequence.state, Refund.objects.count()) == ("ask", "open", 0)
    with pytest.raises(Refused, match="文件"):
        decide_refund(consequence=consequence, grants=True, document=" ", actor=officer)
    decide_refund(consequence=consequence, grants=True, document="宛医保〔2024〕9号", actor=officer)
    refund = Refund.objects.get()
    assert (refund.reason, refund.reason_name, refund.amount) == ("army", "参军", 400)
    work_out_statuses(residents=[paid.resident_id], actor=officer)
    assert Refund.objects.get().state == "requested"
    with pytest.raises(Refused, match="处理过"):
        decide_refund(consequence=consequence, grants=False, document="x", actor=officer)


def test_decided_against_the_payment_stands(paid, die, officer):
    die(paid.resident, status="prison")
    decide_refund(consequence=Consequence.objects.get(), grants=False, document="x", actor=officer)
    work_out_statuses(residents=[paid.resident_id], actor=officer)
    assert (Consequence.objects.get().outcome, Refund.objects.count()) == ("stands", 0)


def test_free_enrolment_ends_before_cover_and_comes_back(campaign, make_resident, die, undo, officer):
    from collection.entitlements.services import apply_effects

    person = make_resident(VILLAGE)
    Identity.objects.create(
        resident=person, kind="特困人员", department="民政局", recognised_on=datetime.date(2024, 9, 1)
    )
    apply_effects(campaign=campaign, residents=[person.pk], roster=None, actor=officer)
    assert funds.table(campaign=campaign, region="411325").total.total == 400
    die(person)
    assert not Contribution.objects.filter(ended_at__isnull=True).exists()
    assert funds.table(campaign=campaign, region="411325").total.total == 0
    undo(person)
    assert Contribution.objects.filter(ended_at__isnull=True).get().channel == "free"
    assert funds.table(campaign=campaign, region="411325").agrees


def test_a_subsidy_stops_with_the_case(campaign, paid, die, undo):
    Contribution.objects.filter(pk=paid.pk).update(amount=320, subsidy=80, category="低保对象")
    paid.funds.create(source="医疗救助资金", amount=80)
    die(paid.resident)
    table = funds.table(campaign=campaign, region="411325")
    assert (table.total.total, table.agrees) == (0, True)
    undo(paid.resident)
    table = funds.table(campaign=campaign, region="411325")
    assert (table.total.total, table.agrees) == (80, True)


def test_moving_away_changes_nothing(paid, die):
    die(paid.resident, status="moved")
    assert (Consequence.objects.get().outcome, Refund.objects.count()) == ("stands", 0)


def test_a_fact_of_a_closed_year_has_no_consequence(campaign, paid, die):
    campaign.closed_at = campaign.opened_at
    campaign.save(update_fields=["closed_at"])
    die(paid.resident)
    assert not Consequence.objects.exists()


def test_statements_do_not_grow_with_the_people(campaign, clerk, officer, django_assert_max_num_queries):
    people = [c.resident_id for c in pay(campaign, clerk, channel="self", people=40)]
    with django_assert_max_num_queries(26):
        set_statuses(status="dead", entries=[NewStatus(pk, DIED, "名单") for pk in people], actor=officer)
    assert Refund.objects.count() == 40


def test_the_page_and_the_todos(campaign, paid, die, officer, clerk, client):
    die(paid.resident, status="army")
    client.force_login(officer)
    page = client.get(reverse("consequence_list")).content.decode()
    assert paid.resident.name in page
    assert paid.resident.id_number not in page
    assert "等决定" in client.get(reverse("home")).content.decode()
    address = reverse("consequence_decide", args=[Consequence.objects.get().pk])
    client.post(address, {"grants": "1", "document": "宛医保〔2024〕9号"})
    assert Refund.objects.get().reason == "army"
    client.force_login(clerk)
    assert client.get(reverse("consequence_list")).status_code == 200
    assert client.post(address, {"grants": "1"}).status_code == 403
    assert "缺证明材料或收款账号" in client.get(reverse("home")).content.decode()


# --- Any order ------------------------------------------------------------------------------------------------------


def test_a_payment_before_the_death_that_is_listed_after_it(campaign, make_resident, die, taxman):
    """The order in which the office learns of them makes no difference."""
    from collection.self_payments import services as self_payments
    from collection.self_payments.models import PaidList, SelfPayment
    from collection.self_payments.paid_sheet import PaidLine
    from core.files.models import Attachment

    people = [make_resident(VILLAGE) for _ in range(2)]
    paid_list = PaidList.objects.create(
        campaign=campaign,
        attachment=Attachment.objects.create(name="x", kind="x", size=1, sha256="x", region_code="411325"),
        sha256="x",
        uploaded_by=taxman,
        uploaded_at=campaign.opened_at,
    )

    def line(person):
        day = datetime.date(2024, 10, 12)
        return [PaidLine(2, person.name, person.id_number, Decimal(400), day, f"T{person.pk}")]

    die(people[0])
    self_payments.take_lines(paid_list=paid_list, lines=line(people[0]), actor=taxman)
    self_payments.take_lines(paid_list=paid_list, lines=line(people[1]), actor=taxman)
    die(people[1])
    assert list(SelfPayment.objects.values_list("outcome", flat=True)) == ["matched"] * 2
    assert refund_states() == [("death", "requested")] * 2


def test_the_persons_page_shows_what_followed(paid, die, undo, officer, clerk, client):
    """事实和后果: what was learned, what each fact caused, what taking it back undid, and what waits for whom."""
    person = paid.resident
    die(person, status="army")
    undo(person)
    die(person)
    correct_insured_years(resident=person, add=[2021], remove=[], source="参保证明", actor=officer)
    section = facts_and_effects(person, officer)
    rows = {row[2]: (row[3], getattr(row[4], "text", row[4])) for row in section.rows}
    told = {fact: says for fact, says in rows.items() if person.name in fact}
    enlisted, taken_back, died, years = told.values()
    assert "参军" in enlisted[0] and enlisted[1] == "已撤回"
    assert "“参军”已撤回或更正：待医保局决定随之取消" in taken_back[0] and taken_back[1] == "已落实"
    assert "自动登记退费 400.00 元" in died[0] and died[1] == "等乡镇补证明材料、收款账号（受理到 2024-12-31）"
    assert "等待期" in years[0] or "核算结果" in years[0]
    assert years[1] == "等县医保局确认"
    assert next(iter(rows)).startswith("记缴费 400.00 元"), "the oldest first"
    refund = Refund.objects.get(state="requested")
    refunds.set_payee(refund=refund, payee="王大", payee_account="6228480000000000001", actor=clerk)
    assert "等乡镇补证明材料（受理到 2024-12-31）" in [
        getattr(row[4], "text", "") for row in facts_and_effects(person, officer).rows
    ]
    client.force_login(officer)
    page = client.get(reverse("resident_story", args=[person.pk])).content.decode()
    assert "事实和后果" in page and "等县医保局确认" in page
    assert person.id_number not in page


def test_the_timeline_asks_a_constant_number_of_questions(paid, die, undo, officer, django_assert_max_num_queries):
    for day in (18, 19, 20):
        die(paid.resident, since=DIED.replace(day=day))
        undo(paid.resident)
    with django_assert_max_num_queries(6):
        assert len(facts_and_effects(paid.resident, officer).rows) == 7
