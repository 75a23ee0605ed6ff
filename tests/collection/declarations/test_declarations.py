"""From banked money to the treasury: each step once, in order, whole receipts, and to the cent."""

import datetime
import io
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from collection.contributions.models import Contribution
from collection.declarations import drafts, feedback
from collection.declarations import services as declarations
from collection.declarations.models import Declaration, DeclarationRow
from collection.declarations.three_way_check import check_declaration, named_differences
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.refunds import applications
from collection.refunds import services as refunds
from core.audit.models import Event
from core.files import photos
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import InsuredYear
from tests import factories
from tests.collection.paid_people import DAY, OTHER, PAYEE, TOWNSHIP, VILLAGE, bank, pay

pytestmark = pytest.mark.django_db
State = Declaration.State


@pytest.fixture
def township(campaign):
    return Region.objects.get(pk=TOWNSHIP)


@pytest.fixture
def photo():
    return photos.read_photo(io.BytesIO(factories.photo()))


@pytest.fixture
def draft(campaign, township, clerk):
    def draft(**fields):
        return drafts.draft_declaration(campaign=campaign, township=township, actor=clerk, **fields)

    return draft


@pytest.fixture
def submitted(campaign, clerk, draft):
    """A declaration of so many people, at the tax bureau."""

    def submitted(people=3, **fields):
        pay(campaign, clerk, people=people, **fields)
        bank(campaign, clerk, 400 * people)
        return declarations.submit_declaration(declaration=draft(), actor=clerk)

    return submitted


@pytest.fixture
def take(taxman):
    """The tax bureau takes everybody in, or all but the rows named."""

    def take(declaration, refused=(), reason="姓名与证件号码不符"):
        for row in refused:
            feedback.decide_row(row=row, ok=False, reason=reason, actor=taxman)
        feedback.decide_rest(declaration=declaration, ok=True, reason="", actor=taxman)
        declaration.refresh_from_db()
        return declaration

    return take


@pytest.fixture
def go_on(campaign, clerk, taxman, photo):
    """Confirms, remits and posts a fed-back declaration, up to `state`."""

    def go_on(declaration, state=State.POSTED):
        people, amount = declarations.sums_of(declaration)
        declarations.confirm_declaration(
            declaration=declaration, number=f"QR{declaration.pk}", people=people, amount=amount, actor=taxman
        )
        if state == State.CONFIRMED:
            return Declaration.objects.get(pk=declaration.pk)
        declarations.remit_declaration(
            declaration=declaration,
            slip_no=f"HK{declaration.pk}",
            on=datetime.date(2024, 10, 25),
            amount=amount,
            photo=photo,
            actor=clerk,
        )
        if state == State.POSTED:
            declarations.post_declaration(declaration=declaration, ticket_no=f"SP{declaration.pk}", actor=taxman)
        return Declaration.objects.get(pk=declaration.pk)

    return go_on


def places(village=VILLAGE):
    row = VillageAccount.objects.get(village=village)
    return tuple(int(getattr(row, name)) for name in ("in_hand", "township", "clearing", "treasury", "refunded"))


def states(campaign):
    return sorted(Contribution.objects.filter(campaign=campaign).values_list("state", flat=True))


# --- Drafting -------------------------------------------------------------------------------------------------------

TAKEN = {
    # banked → people of five who paid 400 each on days 8, 9, 10, 11, 12 of October
    "nothing is banked": ("0.01", 0),
    "one cent short of the first": ("399.99", 0),
    "exactly the first": ("400", 1),
    "one cent short of the third": ("1199.99", 2),
    "exactly three": ("1200", 3),
    "all": ("2000", 5),
    "more than all": ("2400", 5),
}


@pytest.mark.parametrize("name", TAKEN)
def test_banked_money_is_declared_oldest_first(campaign, clerk, draft, name):
    banked, people = TAKEN[name]
    paid = [pay(campaign, clerk, day=DAY + datetime.timedelta(days=n)).get() for n in (4, 0, 2, 1, 3)]
    bank(campaign, clerk, banked)
    if not people:
        with pytest.raises(Refused, match="没有可以申报的人"):
            draft()
        return
    made = draft()
    in_order = sorted(paid, key=lambda contribution: contribution.paid_on)
    assert sorted(made.rows.values_list("contribution", flat=True)) == sorted(c.pk for c in in_order[:people])
    assert (made.people, made.amount) == (people, Decimal(400 * people))


@pytest.mark.parametrize(("banked", "people"), [("1199.99", 0), ("1200", 3), ("2399.99", 3), ("2400", 6)])
def test_a_receipt_is_never_torn(campaign, clerk, draft, banked, people):
    pay(campaign, clerk, people=6, household=3)
    bank(campaign, clerk, banked)
    if people:
        assert draft().people == people
    else:
        with pytest.raises(Refused):
            draft()


def test_what_one_declaration_binds_the_next_cannot_take(campaign, clerk, draft):
    pay(campaign, clerk, people=5)
    bank(campaign, clerk, 800)
    first = declarations.submit_declaration(declaration=draft(), actor=clerk)
    with pytest.raises(Refused, match="没有可以申报的人"):
        draft()
    bank(campaign, clerk, 1200)
    second = draft()
    assert (first.people, second.people, second.number) == (2, 3, 2)
    assert not set(first.rows.values_list("contribution", flat=True)) & set(
        second.rows.values_list("contribution", flat=True)
    )


def test_villages_do_not_pay_for_each_other(campaign, clerk, draft):
    pay(campaign, clerk, people=2)
    pay(campaign, clerk, OTHER, people=2)
    bank(campaign, clerk, 800)
    assert set(draft().rows.values_list("village", flat=True)) == {VILLAGE}


def test_only_the_villages_asked_for(campaign, clerk, draft):
    for village in (VILLAGE, OTHER):
        pay(campaign, clerk, village, people=2)
        bank(campaign, clerk, 800, village)
    made = draft(villages=[OTHER])
    assert set(made.rows.values_list("village", flat=True)) == {OTHER}
    again = drafts.redraft_declaration(declaration=made, actor=clerk, villages=[VILLAGE, OTHER])
    assert again.people == 4
    with pytest.raises(Refused, match="不是本乡镇的村"):
        drafts.redraft_declaration(declaration=made, actor=clerk, villages=["411325102200"])


def test_a_second_click_and_a_second_person_get_the_same_draft(campaign, clerk, make_user, township, draft):
    pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    first = draft()
    other = drafts.draft_declaration(campaign=campaign, township=township, actor=make_user("township", TOWNSHIP))
    assert first == other
    assert Event.objects.filter(action="declaration.draft").count() == 1


def test_self_payments_and_free_enrolment_are_not_declared(campaign, clerk, draft):
    pay(campaign, clerk, channel="self")
    bank(campaign, clerk, 400)
    with pytest.raises(Refused, match="没有可以申报的人"):
        draft()


def test_a_cancelled_draft_gives_its_people_free(campaign, clerk, draft):
    pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    made = drafts.cancel_draft(declaration=draft(), reason="重做", actor=clerk)
    assert drafts.cancel_draft(declaration=made, reason="重做", actor=clerk).state == State.CANCELLED
    assert draft().people == 2
    with pytest.raises(Refused, match="不能报送"):
        declarations.submit_declaration(declaration=made, actor=clerk)


# --- Three-way check ------------------------------------------------------------------------------------------------


def test_three_equal_sums(campaign, clerk, draft):
    pay(campaign, clerk, people=4, household=2)
    bank(campaign, clerk, 1600)
    (line,) = check_declaration(declaration=draft())
    assert (line.village, line.people, line.stubs, line.deposited, line.declared) == (VILLAGE, 4, 1600, 1600, 1600)
    assert not line.differs


def test_a_member_of_the_household_who_got_the_money_back_makes_no_difference(campaign, clerk, draft, taxman, officer):
    first, second = pay(campaign, clerk, people=2, household=2)
    bank(campaign, clerk, 800)
    evidence = [ContentFile(b"x", name="x.pdf")]
    refund = applications.request_refund(
        contribution=first, reason="insured_elsewhere", actor=clerk, evidence=evidence, happened_on=DAY, **PAYEE
    )
    refunds.pass_first(refund=refund, actor=taxman)
    refunds.pay_refund(refund=refund, actor=officer)
    made = draft()
    (line,) = check_declaration(declaration=made)
    assert (line.people, line.stubs, line.deposited, line.declared) == (1, 400, 400, 400)
    assert named_differences(declaration=made, villages=[VILLAGE]) == []


def test_a_member_of_the_household_who_has_asked_for_the_money_back_makes_no_difference(campaign, clerk, draft):
    """The stub stands for both, the money for both is there: neither counts for the one who is declared."""
    first, _ = pay(campaign, clerk, people=2, household=2)
    bank(campaign, clerk, 800)
    evidence = [ContentFile(b"x", name="x.pdf")]
    applications.request_refund(
        contribution=first, reason="insured_elsewhere", actor=clerk, evidence=evidence, happened_on=DAY, **PAYEE
    )
    (line,) = check_declaration(declaration=draft())
    assert (line.people, line.stubs, line.deposited, line.declared) == (1, 400, 400, 400)


def test_a_part_that_a_gift_bears_stands_beside_the_stub(campaign, clerk, draft):
    """Half of each fee of a household of three is a gift: their stub says 600; who leaves takes half a fee from it."""
    first, *_ = pay(campaign, clerk, people=3, household=3)
    bank(campaign, clerk, 1200)
    Contribution.objects.update(from_gift=200)
    type(first.receipt).objects.update(amount=600)
    evidence = [ContentFile(b"x", name="x.pdf")]
    applications.request_refund(
        contribution=first, reason="insured_elsewhere", actor=clerk, evidence=evidence, happened_on=DAY, **PAYEE
    )
    (line,) = check_declaration(declaration=draft())
    assert (line.people, line.stubs, line.declared) == (2, 800, 800)


def test_a_collectives_gift_needs_no_receipt(campaign, clerk, draft):
    """Its bank slip is its stub, beside the receipts of the same village and not beyond them."""
    pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    pay(campaign, clerk, people=3, channel="collective")
    (line,) = check_declaration(declaration=draft())
    assert (line.people, line.stubs, line.deposited, line.declared) == (5, 2000, 2000, 2000)


def test_a_collectives_gift_with_a_receipt_counts_once(campaign, clerk, draft):
    pay(campaign, clerk, people=1)
    bank(campaign, clerk, 400)
    gift = pay(campaign, clerk, people=1, channel="collective").get()
    paid = Contribution.objects.exclude(pk=gift.pk).get()
    type(paid.receipt).objects.filter(pk=paid.receipt_id).update(amount=800)
    Contribution.objects.filter(pk=gift.pk).update(receipt=paid.receipt_id)
    (line,) = check_declaration(declaration=draft())
    assert (line.people, line.stubs, line.declared) == (2, 800, 800)


def test_a_torn_stub_is_named_with_both_amounts(campaign, clerk, draft):
    torn_stub(campaign, clerk)
    (item,) = named_differences(declaration=draft(), villages=[VILLAGE])
    assert (item.stub, item.counted) == (380, 400)


def surplus(campaign, clerk):
    pay(campaign, clerk, people=3)
    bank(campaign, clerk, 1000)
    return "不够这张收据"


def torn_stub(campaign, clerk):
    paid = pay(campaign, clerk, people=3).first()
    bank(campaign, clerk, 1200)
    type(paid.receipt).objects.filter(pk=paid.receipt_id).update(amount=380)
    return "存根的金额"


def no_receipt(campaign, clerk):
    pay(campaign, clerk, people=3).filter(pk__gt=0).update(receipt=None)
    bank(campaign, clerk, 1200)
    return "没有收据"


def voided(campaign, clerk):
    paid = pay(campaign, clerk, people=3).first()
    bank(campaign, clerk, 1200)
    type(paid.receipt).objects.filter(pk=paid.receipt_id).update(state="voided")
    return "收据已作废"


@pytest.mark.parametrize("arrange", [surplus, torn_stub, no_receipt, voided], ids=lambda f: f.__name__)
def test_a_difference_is_named_and_does_not_leave_without_the_countys_reason(campaign, clerk, officer, draft, arrange):
    why = arrange(campaign, clerk)
    made = draft()
    assert [line.differs for line in check_declaration(declaration=made)] == [True]
    named = named_differences(declaration=made, villages=[VILLAGE])
    assert any(why in item.why for item in named)
    assert all(item.name for item in named)
    with pytest.raises(Refused, match="不一致"):
        declarations.submit_declaration(declaration=made, actor=clerk)
    with pytest.raises(Refused, match="县医保局"):
        declarations.allow_difference(declaration=made, reason="急用", actor=clerk)
    with pytest.raises(Refused, match="放行原因"):
        declarations.allow_difference(declaration=made, reason=" ", actor=officer)
    declarations.allow_difference(declaration=made, reason="差额下周补存", actor=officer)
    assert declarations.submit_declaration(declaration=made, actor=clerk).state == State.SUBMITTED
    assert Event.objects.get(action="declaration.submit").after["differences"]


def test_leave_for_a_difference_ends_with_the_figures_it_was_given_for(campaign, clerk, officer, draft):
    surplus(campaign, clerk)
    made = draft()
    declarations.allow_difference(declaration=made, reason="差额下周补存", actor=officer)
    drafts.redraft_declaration(declaration=made, actor=clerk)
    with pytest.raises(Refused, match="不一致"):
        declarations.submit_declaration(declaration=made, actor=clerk)


def test_a_draft_that_is_out_of_date_does_not_leave(campaign, clerk, draft):
    from collection.contributions.services import reverse_contributions

    paid = pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    made = draft()
    reverse_contributions(campaign=campaign, contributions=[paid[0]], reason="收据作废", actor=clerk)
    with pytest.raises(Refused, match="1 人.*重新核对"):
        declarations.submit_declaration(declaration=made, actor=clerk)


# --- The way to the treasury ----------------------------------------------------------------------------------------


def test_the_whole_way(campaign, submitted, take, go_on):
    declaration = submitted(people=3)
    assert states(campaign) == ["declared"] * 3
    take(declaration)
    assert declaration.state == State.FED_BACK
    done = go_on(declaration)
    assert done.state == State.POSTED
    assert states(campaign) == ["posted"] * 3
    assert places() == (0, 0, 0, 1200, 0)
    assert InsuredYear.objects.filter(year=2025).count() == 3
    posted = Contribution.objects.first().posted_at
    assert posted == done.posted_at
    assert recount(campaign=campaign) == []


@pytest.mark.parametrize("step", ["submit", "confirm", "remit", "post"])
def test_every_step_pressed_twice_is_taken_once(campaign, clerk, taxman, photo, submitted, take, go_on, step):
    declaration = submitted(people=2)
    take(declaration)
    go_on(declaration)

    def traces():
        return Movement.objects.count(), Event.objects.filter(action__startswith="declaration").count(), places()

    before = traces()
    declaration.refresh_from_db()
    {
        "submit": lambda: declarations.submit_declaration(declaration=declaration, actor=clerk),
        "confirm": lambda: declarations.confirm_declaration(
            declaration=declaration, number=declaration.confirmation_no, people=2, amount=Decimal(800), actor=taxman
        ),
        "remit": lambda: declarations.remit_declaration(
            declaration=declaration,
            slip_no=declaration.remittance_no,
            on=declaration.remitted_on,
            amount=Decimal(800),
            photo=photo,
            actor=clerk,
        ),
        "post": lambda: declarations.post_declaration(declaration=declaration, ticket_no="SP9", actor=taxman),
    }[step]()
    assert before == traces()


@pytest.mark.parametrize(("people", "amount"), [(2, "1200"), (4, "1200"), (3, "1199.99"), (3, "1200.01"), (2, "800")])
def test_a_confirmation_must_be_what_the_feedback_says(submitted, take, taxman, people, amount):
    declaration = take(submitted(people=3))
    with pytest.raises(Refused, match="3 人 1,200.00 元"):
        declarations.confirm_declaration(
            declaration=declaration, number="QR1", people=people, amount=Decimal(amount), actor=taxman
        )


def test_a_confirmation_serves_one_declaration(submitted, take, go_on, taxman):
    first = go_on(take(submitted(people=1)), State.CONFIRMED)
    second, known = take(submitted(people=1)), first.confirmation_no
    with pytest.raises(Refused, match="确认单号 .*另一张申报表"):
        declarations.confirm_declaration(
            declaration=second, number=f" {known[:2].lower()}-{known[2:]} ", people=1, amount=Decimal(400), actor=taxman
        )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("QR-2024-001", "QR-2024-001"),
        (" qr－2024—001 ", "QR-2024-001"),
        ("4113 2520 2410 25", "41132520241025"),
    ],
)
def test_a_confirmation_number_keeps_its_hyphens(submitted, take, taxman, typed, kept):
    declaration = take(submitted(people=1))
    facts = {"declaration": declaration, "people": 1, "amount": Decimal(400), "actor": taxman}
    assert declarations.confirm_declaration(number=typed, **facts).confirmation_no == kept
    assert declarations.confirm_declaration(number=kept.replace("-", ""), **facts).confirmation_no == kept


def test_no_confirmation_while_somebody_is_unanswered(submitted, taxman):
    declaration = submitted(people=3)
    feedback.decide_row(row=declaration.rows.first(), ok=True, reason="", actor=taxman)
    with pytest.raises(Refused, match="还有 2 人没有反馈"):
        declarations.confirm_declaration(
            declaration=declaration, number="QR1", people=1, amount=Decimal(400), actor=taxman
        )


REMITTANCES = {
    "too little": ({"amount": Decimal("799.99")}, "不一致"),
    "too much": ({"amount": Decimal("800.01")}, "不一致"),
    "before the confirmation": ({"on": datetime.date(2024, 10, 24)}, "不能早于"),
    "tomorrow": ({"on": datetime.date(2024, 10, 26)}, "不能晚于今天|也不能晚于"),
    "no slip number": ({"slip_no": "  "}, "汇款回单号"),
    "a dash for a slip number": ({"slip_no": "——"}, "请填写汇款回单号"),
}


@pytest.mark.parametrize("name", REMITTANCES)
def test_a_remittance_is_exactly_the_confirmed_sum(submitted, take, go_on, clerk, photo, name):
    changed, why = REMITTANCES[name]
    declaration = go_on(take(submitted(people=2)), State.CONFIRMED)
    fields = {"slip_no": "HK1", "on": datetime.date(2024, 10, 25), "amount": Decimal(800), "photo": photo} | changed
    with pytest.raises(Refused, match=why):
        declarations.remit_declaration(declaration=declaration, actor=clerk, **fields)
    assert places() == (0, 800, 0, 0, 0)


@pytest.mark.parametrize(("slip", "kept"), [("1" * 41, False), ("1" * 40, True), ("1-" * 40, True)])
def test_a_slip_number_is_kept_whole_or_refused(submitted, take, go_on, clerk, photo, slip, kept):
    declaration = go_on(take(submitted(people=1)), State.CONFIRMED)
    facts = {"slip_no": slip, "on": datetime.date(2024, 10, 25), "amount": Decimal(400), "photo": photo}
    if kept:
        found = declarations.remit_declaration(declaration=declaration, actor=clerk, **facts)
        assert found.remittance_no == "1" * 40
    else:
        with pytest.raises(Refused, match="汇款回单号太长：最多 40 个字"):
            declarations.remit_declaration(declaration=declaration, actor=clerk, **facts)


def test_a_ticket_serves_one_declaration_unless_the_tax_bureau_says_so(submitted, take, go_on, taxman):
    first = go_on(take(submitted(people=1)), State.POSTED)
    second = go_on(take(submitted(people=1)), State.REMITTED)
    ticket = f" sp {first.pk}"
    with pytest.raises(Refused, match=f"税票 {first.ticket_no} 已经登记在{first}上，没有入库"):
        declarations.post_declaration(declaration=second, ticket_no=ticket, actor=taxman)
    assert places() == (0, 0, 400, 400, 0)
    posted = declarations.post_declaration(declaration=second, ticket_no=ticket, shared=True, actor=taxman)
    assert (posted.ticket_no, places()) == (first.ticket_no, (0, 0, 0, 800, 0))


def test_a_slip_serves_one_declaration(campaign, clerk, photo, submitted, take, go_on):
    first = go_on(take(submitted(people=1)), State.REMITTED)
    second = go_on(take(submitted(people=1)), State.CONFIRMED)
    with pytest.raises(Refused, match="另一张申报表"):
        declarations.remit_declaration(
            declaration=second,
            slip_no=f" {first.remittance_no[:2]} {first.remittance_no[2:]}",
            on=datetime.date(2024, 10, 25),
            amount=Decimal(400),
            photo=photo,
            actor=clerk,
        )


def test_a_returned_remittance_can_be_entered_anew(campaign, clerk, taxman, photo, submitted, take, go_on):
    declaration = go_on(take(submitted(people=2)), State.REMITTED)
    assert places() == (0, 0, 800, 0, 0)
    declarations.return_remittance(declaration=declaration, reason="未查到到账", actor=taxman)
    declarations.return_remittance(declaration=declaration, reason="再点一次", actor=taxman)
    assert places() == (0, 800, 0, 0, 0)
    declarations.remit_declaration(
        declaration=declaration,
        slip_no=f"HK{declaration.pk}",
        on=datetime.date(2024, 10, 25),
        amount=Decimal(800),
        photo=photo,
        actor=clerk,
    )
    declarations.post_declaration(declaration=declaration, ticket_no="SP1", actor=taxman)
    assert places() == (0, 0, 0, 800, 0)
    assert recount(campaign=campaign) == []


OUT_OF_TURN = {
    State.SUBMITTED: ("confirm", "remit", "post"),
    State.FED_BACK: ("remit", "post", "return"),
    State.CONFIRMED: ("post", "return"),
    State.POSTED: ("return", "take_back"),
}


@pytest.mark.parametrize(("state", "step"), [(state, step) for state, steps in OUT_OF_TURN.items() for step in steps])
def test_a_step_out_of_turn_is_refused_and_changes_nothing(
    campaign, clerk, taxman, photo, submitted, take, go_on, state, step
):
    declaration = submitted(people=2)
    if state != State.SUBMITTED:
        take(declaration)
    if state in (State.CONFIRMED, State.POSTED):
        declaration = go_on(declaration, state)
    before = (places(), states(campaign))
    with pytest.raises(Refused):
        {
            "confirm": lambda: declarations.confirm_declaration(
                declaration=declaration, number="QR", people=2, amount=Decimal(800), actor=taxman
            ),
            "remit": lambda: declarations.remit_declaration(
                declaration=declaration,
                slip_no="HK",
                on=datetime.date(2024, 10, 25),
                amount=Decimal(800),
                photo=photo,
                actor=clerk,
            ),
            "post": lambda: declarations.post_declaration(declaration=declaration, ticket_no="SP", actor=taxman),
            "return": lambda: declarations.return_declaration(declaration=declaration, reason="错", actor=taxman),
            "take_back": lambda: declarations.return_remittance(declaration=declaration, reason="错", actor=taxman),
        }[step]()
    assert before == (places(), states(campaign))


def test_a_list_handed_back_whole_is_a_draft_again(campaign, clerk, taxman, submitted):
    declaration = submitted(people=2)
    declarations.return_declaration(declaration=declaration, reason="列名不对", actor=taxman)
    declaration.refresh_from_db()
    assert (declaration.state, states(campaign)) == (State.DRAFT, ["collected"] * 2)
    assert declarations.submit_declaration(declaration=declaration, actor=clerk).state == State.SUBMITTED


# --- Figures --------------------------------------------------------------------------------------------------------


def test_statements_do_not_grow_with_the_people(campaign, clerk, taxman, photo, draft):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(people):
        pay(campaign, clerk, people=people)
        bank(campaign, clerk, 400 * people)
        with CaptureQueriesContext(connection) as found:
            made = declarations.submit_declaration(declaration=draft(), actor=clerk)
            feedback.decide_rest(declaration=made, ok=True, reason="", actor=taxman)
            declarations.confirm_declaration(
                declaration=made, number=f"QR{people}", people=people, amount=Decimal(400 * people), actor=taxman
            )
            declarations.remit_declaration(
                declaration=made,
                slip_no=f"HK{people}",
                on=datetime.date(2024, 10, 25),
                amount=Decimal(400 * people),
                photo=photo,
                actor=clerk,
            )
            declarations.post_declaration(declaration=made, ticket_no=f"SP{made.pk}", actor=taxman)
        assert DeclarationRow.objects.filter(declaration=made, result="success").count() == people
        return len(found)

    statements(1)
    few, many = statements(2), statements(600)
    assert few == many
