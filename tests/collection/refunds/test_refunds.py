"""退费: the county's reasons and deadlines, two people, once, never more than was paid, out of the right place."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from collection.contributions.models import Contribution
from collection.declarations import drafts, feedback
from collection.declarations import services as declarations
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.refunds import applications, rules
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import InsuredYear
from residents.statuses.services import set_status
from subsidies.policy import policies
from tests.collection.paid_people import PAYEE, TOWNSHIP, VILLAGE, bank, pay

pytestmark = pytest.mark.django_db
State = Refund.State
HAPPENED = datetime.date(2024, 10, 20)


@pytest.fixture
def paper():
    return ContentFile(b"x", name="死亡证明.pdf")


@pytest.fixture
def posted(campaign, clerk):
    """A contribution in the treasury (self-paid: straight there)."""
    return lambda: pay(campaign, clerk, channel="self").get()


@pytest.fixture
def ask(clerk, paper):
    def ask(contribution, reason="death", papers=(paper,), happened_on=HAPPENED, **fields):
        return applications.request_refund(
            contribution=contribution,
            reason=reason,
            actor=clerk,
            evidence=papers,
            happened_on=happened_on,
            **(PAYEE | fields),
        )

    return ask


def places():
    row = VillageAccount.objects.get(village=VILLAGE)
    return tuple(int(getattr(row, name)) for name in ("in_hand", "township", "clearing", "treasury", "refunded"))


def test_the_whole_way(campaign, posted, ask, taxman, officer):
    paid = posted()
    InsuredYear.objects.create(resident=paid.resident, year=2025, source="入库")
    refund = ask(paid)
    assert (refund.amount, refund.state) == (400, State.REQUESTED)
    refunds.pass_first(refund=refund, actor=taxman)
    refunds.pay_refund(refund=refund, actor=officer)
    paid.refresh_from_db()
    assert (paid.state, paid.end_reason) == ("refunded", "退费：死亡")
    assert paid.ended_at
    assert places() == (0, 0, 0, 0, 400)
    assert not InsuredYear.objects.exists()
    assert Movement.objects.get(kind="refund").refund == refund
    assert recount(campaign=campaign) == []


# --- When it may be asked for ---------------------------------------------------------------------------------------

WHEN = {
    # county, reason, benefits from, day → the refusal, or '' where it may be asked for
    "内乡, the last day": ("411325-2025", "death", "2025-01-01", "2024-12-31", ""),
    "内乡, the day after": ("411325-2025", "death", "2025-01-01", "2025-01-01", "受理到 2024-12-31"),
    "西峡, the day before benefits": ("411323-2026", "duplicate", "2026-01-01", "2025-12-31", ""),
    "西峡, benefits begin": ("411323-2026", "duplicate", "2026-01-01", "2026-01-01", "待遇从 2026-01-01"),
    "高阳, a recruit before benefits": ("130628-2026", "army", "2026-01-01", "2025-12-31", ""),
    "高阳, a recruit when benefits run": ("130628-2026", "army", "2026-01-01", "2026-01-01", "待遇从 2026-01-01"),
    "高阳, the difference while benefits run": ("130628-2026", "identity_difference", "2026-01-01", "2026-02-28", ""),
    "高阳, the difference after the period": (
        "130628-2026",
        "identity_difference",
        "2026-01-01",
        "2026-03-01",
        "受理到 2026-02-28",
    ),
}


@pytest.mark.parametrize("name", WHEN)
def test_when_each_county_takes_an_application(name):
    policy_id, code, benefits, day, expected = WHEN[name]
    reason = policies.load(policy_id).refund_rules.reason(code)
    found = rules.why_not(reason, datetime.date.fromisoformat(benefits), datetime.date.fromisoformat(day))
    assert (expected in found) if expected else found == ""


def test_a_reason_the_county_does_not_know(posted, ask):
    with pytest.raises(Refused, match="没有这个退费原因；可以选：死亡"):
        ask(posted(), reason="army")


def test_past_the_deadline(business_clock, posted, ask):
    paid = posted()
    business_clock("2025-01-01T09:00")
    with pytest.raises(Refused, match="受理到 2024-12-31"):
        ask(paid)


# --- Once, two people, never more -----------------------------------------------------------------------------------


def test_asked_twice_is_refused_and_after_a_refusal_allowed(posted, ask, taxman):
    paid = posted()
    first = ask(paid)
    with pytest.raises(Refused, match="已经申请退费或已经退过"):
        ask(paid)
    refunds.reject_refund(refund=first, reason="材料不清", actor=taxman)
    assert ask(paid).state == State.REQUESTED


def test_the_database_itself_refuses_a_second_one(posted, ask):
    refund = ask(posted())
    refund.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        refund.save(force_insert=True)


@pytest.mark.parametrize("step", ["first", "second"])
def test_pressed_twice_pays_once(posted, ask, taxman, officer, step):
    refund = ask(posted())
    refunds.pass_first(refund=refund, actor=taxman)
    if step == "first":
        refunds.pass_first(refund=refund, actor=taxman)
    refunds.pay_refund(refund=refund, actor=officer)
    refunds.pay_refund(refund=refund, actor=officer)
    assert places() == (0, 0, 0, 0, 400)


def test_who_reviews(posted, ask, clerk, taxman, officer, make_user):
    refund = ask(posted())
    for wrong in (clerk, officer):
        with pytest.raises(Refused, match="县税务局"):
            refunds.pass_first(refund=refund, actor=wrong)
    with pytest.raises(Refused, match="不在复核环节"):
        refunds.pay_refund(refund=refund, actor=officer)
    refunds.pass_first(refund=refund, actor=taxman)
    with pytest.raises(Refused, match="县医保局"):
        refunds.pay_refund(refund=refund, actor=make_user("tax", "411325"))


def test_one_person_cannot_be_both(posted, ask, taxman):
    refund = ask(posted())
    refunds.pass_first(refund=refund, actor=taxman)
    taxman.role = "county"
    with pytest.raises(Refused, match="两个人"):
        refunds.pay_refund(refund=refund, actor=taxman)


def test_no_first_review_without_papers(posted, ask, taxman, paper, clerk):
    refund = ask(posted(), papers=())
    with pytest.raises(Refused, match="户口注销"):
        refunds.pass_first(refund=refund, actor=taxman)
    for _ in range(2):
        refunds.add_evidence(refund=refund, papers=[paper], actor=clerk)
    assert (refund.evidence.count(), Event.objects.filter(action="refund.evidence").count()) == (1, 1)
    assert refunds.pass_first(refund=refund, actor=taxman).state == State.FIRST_PASSED


@pytest.mark.parametrize("has_papers", [True, False])
def test_the_slip_names_the_papers_and_says_its_note_once(posted, ask, paper, client, clerk, has_papers):
    refund = ask(posted(), papers=(paper,) if has_papers else (), note="家属代办")
    client.force_login(clerk)
    shown = client.get(f"/refunds/{refund.pk}/slip/").content.decode()
    assert (shown.count("家属代办"), shown.count("死亡证明.pdf")) == (1, int(has_papers))


def test_an_application_stands_with_its_papers_or_not_at_all(posted, ask):
    class Unreadable(ContentFile):
        def chunks(self, *args):
            raise OSError("broken off")

    with pytest.raises(OSError):
        ask(posted(), papers=[Unreadable(b"x", name="x.pdf")])
    assert not Refund.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-1", "399.99", "400.01"])
def test_ending_the_enrolment_gives_back_exactly_all(posted, ask, amount):
    with pytest.raises(Refused):
        ask(posted(), amount=Decimal(amount))


def test_free_enrolment_has_nothing_to_give_back(campaign, posted, ask):
    paid = posted()
    Contribution.objects.filter(pk=paid.pk).update(channel="free", amount=0, subsidy=400)
    with pytest.raises(Refused, match="没有钱可退"):
        ask(paid)


# --- Out of the right place -----------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(ask, taxman):
    def reviewed(contribution):
        return refunds.pass_first(refund=ask(contribution), actor=taxman)

    return reviewed


def test_banked_cash_goes_back_from_the_township_account(campaign, clerk, officer, reviewed):
    paid = pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    refunds.pay_refund(refund=reviewed(paid[0]), actor=officer)
    assert places() == (0, 400, 0, 0, 400)
    draft = drafts.draft_declaration(campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk)
    assert draft.rows.get().contribution == paid[1]


def test_cash_in_the_village_is_no_refund(campaign, clerk, officer, reviewed):
    paid = pay(campaign, clerk, people=2)
    bank(campaign, clerk, "399.99")
    with pytest.raises(Refused, match="现金还在村里"):
        refunds.pay_refund(refund=reviewed(paid[0]), actor=officer)


def test_who_asked_for_a_refund_is_not_declared(campaign, clerk, ask):
    paid = pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    ask(paid[0])
    draft = drafts.draft_declaration(campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk)
    assert draft.rows.get().contribution == paid[1]


def test_a_draft_lets_those_go_who_asked_since(campaign, clerk, officer, reviewed):
    paid = pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    draft = drafts.draft_declaration(campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk)
    refund = reviewed(paid[0])
    with pytest.raises(Refused, match="没有报送的申报表"):
        refunds.pay_refund(refund=refund, actor=officer)
    with pytest.raises(Refused, match="重新核对"):
        declarations.submit_declaration(declaration=draft, actor=clerk)
    drafts.redraft_declaration(declaration=draft, actor=clerk)
    assert declarations.submit_declaration(declaration=draft, actor=clerk).people == 1
    refunds.pay_refund(refund=refund, actor=officer)
    assert places() == (0, 400, 0, 0, 400)


def test_what_is_on_its_way_waits_until_it_has_arrived(campaign, clerk, taxman, officer, reviewed):
    paid = pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    draft = drafts.draft_declaration(campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk)
    declarations.submit_declaration(declaration=draft, actor=clerk)
    refund = reviewed(paid[0])
    with pytest.raises(Refused, match="申报途中"):
        refunds.pay_refund(refund=refund, actor=officer)
    feedback.decide_rest(declaration=draft, ok=False, reason="该人员已死亡", actor=taxman)
    refunds.pay_refund(refund=refund, actor=officer)
    assert places() == (0, 400, 0, 0, 400)


def test_nothing_in_a_closed_campaign(campaign, posted, ask, taxman):
    paid = posted()
    refund = ask(paid)
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    with pytest.raises(Refused, match="已经办结"):
        refunds.pass_first(refund=refund, actor=taxman)
    with pytest.raises(Refused, match="已经办结"):
        ask(paid)


# --- The resident's status follows ----------------------------------------------------------------------------------

FOLLOWS = {
    # county's reason → the status it goes with
    "death": "dead",
    "employee_insurance": "employee",
    "insured_elsewhere": "elsewhere",
    "duplicate": "active",
}


def dated(resident):
    """[(status, since, until)] of a resident, in order."""
    found = resident.statuses.order_by("since", "pk").values_list("status", "since", "until")
    return [(status, str(since), until and str(until)) for status, since, until in found]


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize("reason", FOLLOWS)
def test_the_status_follows_the_second_review(posted, ask, taxman, officer, reason):
    paid = posted()
    refund = refunds.pass_first(refund=ask(paid, reason=reason), actor=taxman)
    paid.resident.refresh_from_db()
    assert (paid.resident.status, dated(paid.resident)) == ("active", [])
    for _ in range(2):
        refunds.pay_refund(refund=refund, actor=officer)
    paid.resident.refresh_from_db()
    status = FOLLOWS[reason]
    assert paid.resident.status == status
    assert dated(paid.resident) == ([] if status == "active" else [(status, "2024-10-20", None)])
    if status != "active":
        assert paid.resident.statuses.get().source == f"退费单 {refund.pk}（{refund.reason_name}）"
        event = Event.objects.get(action="status.set", object_id=str(paid.resident_id))
        assert (event.actor, event.batch) == (officer, f"refund-{refund.pk}")


def test_recruits_and_prisoners_where_the_county_gives_back():
    assert rules.STATUS_OF == {
        "death": "dead",
        "army": "army",
        "prison": "prison",
        "employee_insurance": "employee",
        "insured_elsewhere": "elsewhere",
    }


@pytest.mark.parametrize("review", ["first", "second"])
def test_a_rejected_refund_changes_no_status(posted, ask, taxman, officer, review):
    paid = posted()
    refund = ask(paid)
    if review == "second":
        refunds.pass_first(refund=refund, actor=taxman)
    refunds.reject_refund(refund=refund, reason="材料不清", actor=taxman if review == "first" else officer)
    paid.resident.refresh_from_db()
    assert (paid.resident.status, dated(paid.resident)) == ("active", [])
    paid.refresh_from_db()
    assert paid.ended_at is None


BEFORE = {
    # registered before the second review → what stands after a refund for 参加职工医保 of 20 October
    "older, it ends": (
        [("moved", "2024-10-19")],
        [("moved", "2024-10-19", "2024-10-20"), ("employee", "2024-10-20", None)],
    ),
    "the day after, it stands": ([("moved", "2024-10-21")], [("moved", "2024-10-21", None)]),
    "returned to the register since": (
        [("moved", "2024-10-01"), ("active", "2024-10-22")],
        [("moved", "2024-10-01", "2024-10-22"), ("active", "2024-10-22", None)],
    ),
    "the same one, known by another day": ([("employee", "2024-09-01")], [("employee", "2024-09-01", None)]),
    "the dead stay dead": ([("dead", "2024-10-01")], [("dead", "2024-10-01", None)]),
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_newer_status_stands(posted, ask, taxman, officer, name):
    registered, expected = BEFORE[name]
    paid = posted()
    refund = refunds.pass_first(refund=ask(paid, reason="employee_insurance"), actor=taxman)
    for status, since in registered:
        set_status(resident=paid.resident, status=status, since=day(since), source="派出所", actor=officer)
    refund = refunds.pay_refund(refund=refund, actor=officer)
    assert refund.state == State.PAID
    paid.resident.refresh_from_db()
    assert dated(paid.resident) == expected
    assert paid.resident.status == expected[-1][0]
    kept = Event.objects.filter(action="status.keep", batch=f"refund-{refund.pk}").count()
    assert kept == (0 if ("employee", None) in {(s, until) for s, _, until in expected} else 1)


@pytest.mark.parametrize("happened_on", [None, "1970-04-30", "2024-10-26"])
def test_the_day_is_the_papers(posted, ask, happened_on):
    with pytest.raises(Refused, match="请照证明填写“死亡”的日期"):
        ask(posted(), happened_on=happened_on and day(happened_on))


@pytest.mark.parametrize("happened_on", ["1970-05-01", "2024-10-25"])
def test_from_birth_to_today(posted, ask, happened_on):
    assert ask(posted(), happened_on=day(happened_on)).happened_on == day(happened_on)


def test_paid_twice_has_no_day(posted, ask):
    assert ask(posted(), reason="duplicate").happened_on is None
