"""A gift in the township account and the rest by phone: two channels for one person, together the due to the cent."""

import datetime
from decimal import Decimal

import pytest

from collection.contributions.models import Contribution
from collection.declarations.models import DeclarationRow
from collection.declarations.stuck import by_stage, by_village, not_posted
from collection.declarations.three_way_check import check_declaration
from collection.gifts import services as gifts
from collection.gifts.models import GiftShare
from collection.gifts.selectors import standings
from collection.gifts.spending import spend_gift
from collection.money.models import VillageAccount
from collection.money.selectors import recount
from collection.refunds import services as refunds
from collection.self_payments.models import SelfPayment
from collection.self_payments.undone import accept_undone
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import InsuredYear
from tests.collection.paid_people import VILLAGE, bank, pay

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 10, 12)


@pytest.fixture
def person(make_resident):
    return make_resident(VILLAGE, name="村民甲")


@pytest.fixture
def gift(campaign, clerk):
    gift = gifts.register_gift(
        campaign=campaign,
        village=Region.objects.get(pk=VILLAGE),
        donor="村股份经济合作社",
        donor_kind="collective",
        basis="agreement",
        document="资助协议",
        promised=Decimal("100.01"),
        pay_by=DAY,
        covers="all",
        per_head=Decimal("100.01"),
        actor=clerk,
    )
    gifts.record_arrival(gift=gift, amount=Decimal("100.01"), on=DAY, slip_no="HD1", actor=clerk)
    return gift


@pytest.fixture
def by_phone(upload, person):
    """The person pays the tax bureau an amount; later lists may say more of it."""

    def by_phone(amount, ticket="A1", *state):
        heading = ("姓名", "证件号码", "缴费金额", "缴费日期", "电子税票号码", "缴费状态")[: 5 + len(state)]
        upload((person.name, person.id_number, amount, str(DAY), ticket, *state), heading=heading)

    return by_phone


def places():
    row = VillageAccount.objects.get(village=VILLAGE)
    return tuple(str(getattr(row, name)) for name in ("township", "clearing", "treasury", "refunded"))


def outcome():
    return list(SelfPayment.objects.order_by("pk").values_list("outcome", flat=True))


def test_the_rest_by_phone_makes_the_fee_whole_and_the_township_declares_the_gift(
    campaign, gift, by_phone, clerk, office
):
    spend_gift(gift=gift, actor=clerk)
    by_phone("299.99")
    made = Contribution.objects.get()
    assert (made.amount, made.from_gift, made.channel, made.state) == (400, Decimal("100.01"), "self", "collected")
    assert outcome() == ["matched"] and GiftShare.objects.get().state == "used"
    assert places() == ("100.01", "0.00", "299.99", "0.00")
    assert not InsuredYear.objects.exists(), "insured when all of it is in the treasury"
    (stage,) = by_stage(by_village(not_posted(campaign=campaign, region=VILLAGE)))
    assert (stage["stage"], stage["amount"]) == ("banked", Decimal("100.01"))
    pay(campaign, clerk, people=1)
    bank(campaign, clerk, 400)
    draft = office.draft()
    (line,) = check_declaration(declaration=draft)
    assert (line.people, line.stubs, line.deposited, line.declared) == (2, *[Decimal("500.01")] * 3)
    assert DeclarationRow.objects.get(contribution=made).amount == Decimal("100.01")
    declaration = office.submit(draft)
    office.take(declaration)
    office.post(office.remit(office.confirm(declaration)))
    made.refresh_from_db()
    assert made.state == "posted" and InsuredYear.objects.filter(resident=made.resident_id, year=2025).exists()
    assert places() == ("0.00", "0.00", "800.00", "0.00")
    assert not recount(campaign=campaign)


def test_who_has_paid_a_part_before_the_gift_came_is_merged_as_it_comes(gift, by_phone, clerk):
    by_phone("299.99")
    assert outcome() == ["amount_differs"] and not Contribution.objects.exists()
    spend_gift(gift=gift, actor=clerk)
    assert outcome() == ["matched"]
    assert Contribution.objects.get().from_gift == Decimal("100.01")
    spend_again = pytest.raises(Refused, match="用完")
    with spend_again:
        spend_gift(gift=gift, actor=clerk)
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize(
    ("amounts", "outcomes", "from_gift", "says"),
    [
        (["299.98"], ["amount_differs"], None, "集体资助 100.01 元，1 笔合计 299.98 元，还差 0.01 元"),
        (["300"], ["amount_differs"], None, "多出 0.01 元"),
        (["400"], ["matched"], "0", ""),
        (["200", "99.99"], ["matched", "matched"], "100.01", ""),
        (["299.99", "100.01"], ["matched", "duplicate"], "100.01", "已经"),
    ],
    ids=["a cent less", "a cent more", "all by phone frees the share", "two by phone", "one too many goes back"],
)
def test_to_the_cent(gift, by_phone, clerk, amounts, outcomes, from_gift, says):
    spend_gift(gift=gift, actor=clerk)
    for number, amount in enumerate(amounts):
        by_phone(amount, f"A{number}")
    assert outcome() == outcomes
    assert list(Contribution.objects.values_list("from_gift", flat=True)) == ([Decimal(from_gift)] if from_gift else [])
    assert says in SelfPayment.objects.latest("pk").message


def test_a_phone_payment_undone_keeps_the_gift_for_the_person(campaign, gift, by_phone, clerk, officer):
    spend_gift(gift=gift, actor=clerk)
    by_phone("299.99")
    by_phone("299.99", "A1", "已退费")
    accept_undone(self_payment=SelfPayment.objects.get(), note="属实", actor=officer)
    assert Contribution.objects.get().state == "reversed"
    assert places() == ("100.01", "0.00", "0.00", "0.00")
    assert standings([gift])[gift.pk].kept == Decimal("100.01")
    by_phone("299.99", "A2")
    assert Contribution.objects.get(ended_at__isnull=True).from_gift == Decimal("100.01")


def test_a_phone_payment_undone_while_the_gift_is_declared_waits(gift, by_phone, clerk, officer, office):
    spend_gift(gift=gift, actor=clerk)
    by_phone("299.99")
    declaration = office.submit(office.draft())
    by_phone("299.99", "A1", "已退费")
    with pytest.raises(Refused, match="申报途中"):
        accept_undone(self_payment=SelfPayment.objects.get(), note="属实", actor=officer)
    office.take(declaration)
    office.post(office.remit(office.confirm(declaration)))
    accept_undone(self_payment=SelfPayment.objects.get(), note="属实", actor=officer)
    assert places() == ("0.00", "0.00", "0.00", "100.01"), "the gift goes back to its donor from the treasury"
    assert not InsuredYear.objects.exists()


def test_a_refund_takes_the_own_part_from_the_treasury_and_frees_the_gift(gift, by_phone, clerk, office):
    spend_gift(gift=gift, actor=clerk)
    by_phone("299.99")
    refund = office.reviewed(Contribution.objects.get())
    assert refund.amount == Decimal("299.99")
    refunds.pay_refund(refund=refund, actor=office.officer)
    assert places() == ("100.01", "0.00", "0.00", "299.99")
    assert standings([gift])[gift.pk].free == Decimal("100.01")
