"""Two people at once, a file read twice, a refund that crosses a posting: real threads on real connections.

The same on both engines; on PostgreSQL the threads truly overlap.
"""

import datetime
import re
import threading
from collections import Counter

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collection.cash import services as deposits
from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.contributions.services import reverse_contributions
from collection.declarations import corrections, drafts, feedback
from collection.declarations import services as declarations
from collection.declarations.models import Declaration, DeclarationRow, Feedback
from collection.declarations.tax_sheets import FeedbackLine
from collection.money.models import Movement, VillageAccount
from collection.refunds import applications
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.audit.models import Event
from core.files import services as attachments
from core.files.photos import store_photo
from core.refusals import Refused
from residents.people.models import Resident
from tests.at_once import together
from tests.collection.declaration_world import PHOTO, TODAY, Office, State, refused, what_is_wrong
from tests.collection.paid_people import DAY, FAR, TOWNSHIP, VILLAGE, bank, pay
from tests.factories import invented_number

pytestmark = pytest.mark.django_db(transaction=True)


def given_feedback(campaign, declaration, actor) -> Feedback:
    kept = attachments.store(file=ContentFile(b"x"), name="x", kind="feedback", region=TOWNSHIP, actor=actor)
    return Feedback.objects.create(
        declaration=declaration, attachment=kept, sha256="s", uploaded_by=actor, uploaded_at=campaign.opened_at
    )


def lines_of(declaration) -> list[FeedbackLine]:
    """Every third person is refused."""
    return [
        FeedbackLine("结果", n, row.name, row.id_number, n % 3 > 0, "" if n % 3 else "未登记")
        for n, row in enumerate(declaration.rows.order_by("pk"))
    ]


def test_two_people_draft(campaign, office):
    pay(campaign, office.clerk, people=4)
    bank(campaign, office.clerk, 1600)
    results = together(*(lambda who=who: office.draft(who) for who in (office.clerk, office.colleague) * 2))
    assert refused(results) == []
    assert len(set(results)) == Declaration.objects.count() == 1
    assert DeclarationRow.objects.count() == 4


@pytest.mark.postgres
def test_two_townships_draft_at_the_same_moment(campaign, office, make_user):
    """Neither waits for the other to finish: the second drafts, submits and commits while the first is still open."""
    for village in (VILLAGE, FAR):
        pay(campaign, office.clerk, village, people=3)
        bank(campaign, office.clerk, 1200, village)
    neighbour = Office(campaign, make_user, township="411325102")
    drafted, go_on = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            office.submit(office.draft())
            drafted.set()
            return go_on.wait(timeout=30)

    def second():
        drafted.wait(timeout=30)
        declaration = neighbour.submit(neighbour.draft())
        go_on.set()
        return declaration.people

    assert together(first, second) == [True, 3]


def test_two_people_submit_and_one_redrafts(campaign, office):
    pay(campaign, office.clerk, people=4)
    bank(campaign, office.clerk, 1600)
    draft = office.draft()
    results = together(
        lambda: office.submit(draft, office.clerk),
        lambda: office.submit(draft, office.colleague),
        lambda: drafts.redraft_declaration(declaration=draft, actor=office.colleague),
    )
    assert all(isinstance(error, Refused) for error in refused(results)), results
    draft.refresh_from_db()
    assert (draft.state, draft.people, draft.rows.count()) == (State.SUBMITTED, 4, 4)
    assert Contribution.objects.filter(state="declared").count() == 4


@pytest.mark.parametrize("step", ["confirm", "remit", "post"])
def test_two_people_press_the_same_button(campaign, office, step):
    declaration = office.at_the_tax_bureau(3)
    office.take(declaration)
    clerks, taxmen = (office.clerk, office.colleague) * 2, (office.taxman, office.tax_colleague) * 2
    if step == "confirm":
        press = [lambda who=who: office.confirm(declaration, who) for who in taxmen]
    else:
        declaration = office.confirm(declaration)
        press = [lambda who=who: office.remit(declaration, actor=who) for who in clerks]
    if step == "post":
        declaration = office.remit(declaration)
        press = [lambda who=who: office.post(declaration, who) for who in taxmen]
    assert refused(together(*press)) == []
    assert Event.objects.filter(action=f"declaration.{step}").count() == 1
    assert Movement.objects.filter(kind=step, declaration=declaration).count() == (0 if step == "confirm" else 1)
    assert what_is_wrong(campaign) == []


def test_a_remittance_crosses_the_return_of_the_slip_it_rests_on(campaign, office):
    """The township takes back a deposit that it had verified while a colleague remits its money."""
    pay(campaign, office.clerk, people=2)
    deposit = Deposit.objects.create(
        campaign=campaign,
        village_id=VILLAGE,
        slip_no="D0001",
        paid_on=DAY,
        amount=800,
        account="专户",
        photo=store_photo(photo=PHOTO, name="x", region=VILLAGE, actor=office.clerk),
        recorded_by=office.colleague,
        recorded_at=campaign.opened_at,
    )
    deposits.verify_deposit(deposit=deposit, actor=office.clerk)
    declaration = office.submit(office.draft())
    office.take(declaration)
    declaration = office.confirm(declaration)
    results = together(
        lambda: office.remit(declaration),
        lambda: deposits.reject_deposit(deposit=deposit, reason="查无到账", actor=office.clerk),
    )
    assert [type(error) for error in refused(results)] == [Refused], results
    declaration.refresh_from_db()
    deposit.refresh_from_db()
    assert (declaration.state == State.REMITTED) == (deposit.state == "verified")
    assert what_is_wrong(campaign) == []


def test_a_remittance_crosses_the_reversal_of_a_payment_on_it(campaign, office):
    declaration = office.at_the_tax_bureau(2)
    office.take(declaration)
    declaration = office.confirm(declaration)
    paid = Contribution.objects.first()
    results = together(
        lambda: office.remit(declaration),
        lambda: reverse_contributions(
            campaign=campaign, contributions=[paid], reason="收据作废", actor=office.colleague
        ),
    )
    assert [str(error) for error in refused(results)] == ["有 1 笔已经申报，不能冲销；请按退费办理。"]
    declaration.refresh_from_db()
    assert (declaration.state, what_is_wrong(campaign)) == (State.REMITTED, [])


def test_two_rows_are_corrected_to_the_same_number_at_once(campaign, office):
    declaration = office.at_the_tax_bureau(2)
    feedback.decide_rest(declaration=declaration, ok=False, reason="姓名不符", actor=office.taxman)
    number = invented_number(datetime.date(1970, 5, 1), "M", 9999)
    results = together(
        *(
            lambda row=row: corrections.correct_row(
                row=row, name=row.name, id_number=number, note="", actor=office.clerk
            )
            for row in declaration.rows.all()
        )
    )
    assert [type(error) for error in refused(results)] == [Refused], results
    assert Resident.objects.filter(id_number=number).count() == 1
    assert declaration.rows.filter(fixed_at__isnull=False).count() == 1


@pytest.mark.parametrize("answer", ["file", "rest"])
def test_the_list_is_handed_back_while_it_is_answered(campaign, office, answer):
    declaration = office.at_the_tax_bureau(3)
    read = given_feedback(campaign, declaration, office.taxman)
    answers = {
        "file": lambda: feedback.apply_feedback(feedback=read, lines=lines_of(declaration), actor=office.taxman),
        "rest": lambda: feedback.decide_rest(declaration=declaration, ok=True, reason="", actor=office.taxman),
    }
    results = together(
        answers[answer],
        lambda: declarations.return_declaration(declaration=declaration, reason="表样不对", actor=office.tax_colleague),
    )
    assert [type(error) for error in refused(results)] == [Refused], results
    declaration.refresh_from_db()
    answered = declaration.rows.exclude(result="pending").exists()
    assert (declaration.state == State.DRAFT) != answered
    states = set(Contribution.objects.values_list("state", flat=True))
    assert (states == {"collected"}) != answered


def test_one_slip_for_two_declarations(campaign, office):
    found = []
    for _ in range(2):
        declaration = office.at_the_tax_bureau(2)
        office.take(declaration)
        found.append(office.confirm(declaration))
    results = together(*(lambda d=d: office.remit(d, slip="HK1") for d in found))
    assert len(refused(results)) == 1, results
    assert Declaration.objects.filter(state=State.REMITTED).count() == 1
    assert what_is_wrong(campaign) == []


@pytest.mark.postgres
@pytest.mark.parametrize("step", ["correct", "pay"])
def test_the_resident_is_locked_before_the_contribution(campaign, office, step):
    """As a payment and a merge lock them: no circle of waits."""
    if step == "correct":
        declaration = office.at_the_tax_bureau(1)
        feedback.decide_rest(declaration=declaration, ok=False, reason="姓名不符", actor=office.taxman)
        row = declaration.rows.get()
        act = lambda: corrections.correct_row(  # noqa: E731
            row=row, name=row.name, id_number=row.id_number, note="核对无误", actor=office.clerk
        )
    else:
        pay(campaign, office.clerk, people=1)
        bank(campaign, office.clerk, 400)
        refund = office.reviewed(Contribution.objects.get())
        act = lambda: refunds.pay_refund(refund=refund, actor=office.officer)  # noqa: E731
    with CaptureQueriesContext(connection) as seen:
        act()
    locks = [query["sql"] for query in seen if " FOR UPDATE" in query["sql"] or " FOR NO KEY" in query["sql"]]
    tables = [re.search(r'FROM "(\w+)"', sql)[1] for sql in locks]
    assert tables.index("residents_resident") < tables.index("collection_contribution"), tables


def test_a_feedback_file_is_read_twice_at_once(campaign, office):
    declaration = office.at_the_tax_bureau(6)
    read, lines = given_feedback(campaign, declaration, office.taxman), lines_of(declaration)
    results = together(*[lambda: feedback.apply_feedback(feedback=read, lines=lines, actor=office.taxman)] * 3)
    assert refused(results) == []
    assert Counter(declaration.rows.values_list("result", flat=True)) == {"success": 4, "failure": 2}
    read.refresh_from_db()
    assert (read.successes, read.failures, read.problem_count) == (4, 2, 0)


def test_the_same_file_uploaded_twice_at_once(campaign, office, silent_queue):

    declaration = office.at_the_tax_bureau(2)
    results = together(
        *(
            lambda: feedback.take_feedback(
                declaration=declaration, file=ContentFile(b"same"), name="x.xlsx", actor=office.taxman
            )
            for _ in range(3)
        )
    )
    assert refused(results) == []
    assert sorted(new for _, new in results) == [False, False, True]
    assert Feedback.objects.count() == 1


def test_a_refund_crosses_the_posting(campaign, office):
    declaration = office.remitted(3)
    paid = Contribution.objects.order_by("pk").first()
    refund = office.reviewed(paid)
    results = together(
        lambda: office.post(declaration), lambda: refunds.pay_refund(refund=refund, actor=office.officer)
    )
    # Either the refund came first and was told to wait, or it came after and was paid out of the treasury.
    assert all(isinstance(error, Refused) and "申报途中" in str(error) for error in refused(results)), results
    refunds.pay_refund(refund=Refund.objects.get(pk=refund.pk), actor=office.officer)
    account = VillageAccount.objects.get(village=VILLAGE)
    assert (account.treasury, account.refunded) == (800, 400)
    assert what_is_wrong(campaign) == []


def test_two_officers_pay_the_same_refund(campaign, office):
    office.post(office.remitted(2))
    refund = office.reviewed(Contribution.objects.first())
    results = together(
        lambda: refunds.pay_refund(refund=refund, actor=office.officer),
        lambda: refunds.pay_refund(refund=refund, actor=office.second_officer),
    )
    assert len(refused(results)) == 1, results
    assert Movement.objects.filter(kind="refund").count() == 1
    assert what_is_wrong(campaign) == []


def test_the_same_refund_is_asked_for_twice_at_once(campaign, office):
    office.post(office.remitted(1))
    paid = Contribution.objects.get()
    results = together(
        *[lambda: applications.request_refund(contribution=paid, reason="death", happened_on=TODAY, actor=office.clerk)]
        * 3
    )
    assert len(refused(results)) == 2, results
    assert Refund.objects.count() == 1


def test_a_draft_crosses_the_withdrawal_of_a_payment(campaign, office):
    paid = pay(campaign, office.clerk, people=3)
    bank(campaign, office.clerk, 1200)
    draft = office.draft()
    results = together(
        lambda: office.submit(draft),
        lambda: reverse_contributions(
            campaign=campaign, contributions=[paid[0]], reason="收据作废", actor=office.colleague
        ),
    )
    assert len(refused(results)) == 1, results
    first = Contribution.objects.get(pk=paid[0].pk)
    declared = DeclarationRow.objects.filter(contribution=first, declaration__state="submitted").exists()
    assert declared == (first.state == "declared")


def test_closing_crosses_a_posting(campaign, office):
    from collection.closing import consents
    from collection.closing.services import close_campaign, open_items

    declaration = office.remitted(2)
    asked = consents.ask_consent(campaign=campaign, kind="early", reason="试点提前", actor=office.officer)
    consents.give_consent(consent=asked, actor=office.taxman)
    seen = {item.kind: item.count for item in open_items(campaign=campaign)}
    results = together(
        lambda: close_campaign(campaign=campaign, reasons=dict.fromkeys(seen, "x"), seen=seen, actor=office.officer),
        lambda: office.post(declaration),
    )
    assert len(refused(results)) == 1, results
    campaign.refresh_from_db()
    declaration.refresh_from_db()
    assert (declaration.state == State.POSTED) == campaign.is_open
    assert what_is_wrong(campaign) == []
