"""集体资助: only money that has come in pays for anybody, and the four places add up to the cent."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.contributions.services import ContributionRefused, Payment, record_contributions
from collection.declarations import drafts
from collection.declarations.three_way_check import check_declaration
from collection.gifts import services as gifts
from collection.gifts.models import Gift, GiftShare
from collection.gifts.selectors import kept_for, overdue, standings
from collection.gifts.spending import pay_at_hall, spend_gift
from collection.households.selectors import village_homes
from collection.ledgers.selectors import unpaid_people
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.receipts.models import Receipt
from collection.refunds import applications
from collection.refunds import services as refunds
from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region
from residents.people.disclosure import PROBE_MISSES
from residents.people.models import InsuredYear, Resident
from subsidies.quotes.quote import quote
from tests.collection.paid_people import BORN, OTHER, PAYEE, VILLAGE, bank, pay
from tests.factories import invented_number

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 10, 20)


@pytest.fixture
def give(campaign, clerk):
    """A gift to the village; with `come` yuan in the township account."""

    def give(come=0, promised=4000, covers="all", per_head=None, village=VILLAGE, document="资助协议 2024-10-08"):
        gift = gifts.register_gift(
            campaign=campaign,
            village=Region.objects.get(pk=village),
            donor="村股份经济合作社",
            donor_kind="collective",
            basis="agreement",
            document=document,
            promised=Decimal(promised),
            pay_by=datetime.date(2024, 10, 15),
            covers=covers,
            per_head=per_head and Decimal(per_head),
            actor=clerk,
        )
        if come:
            arrive(gift, come, clerk)
        return gift

    return give


@pytest.fixture
def people(make_resident):
    return [make_resident(VILLAGE, name=f"村民{n}") for n in "甲乙丙"]


def arrive(gift, amount, actor, slip="HD0001"):
    return gifts.record_arrival(gift=gift, amount=Decimal(amount), on=DAY, slip_no=slip, actor=actor)


def places(village=VILLAGE):
    row = VillageAccount.objects.get(village=village)
    return tuple(
        int(getattr(row, name)) for name in ("collected", "in_hand", "township", "clearing", "treasury", "refunded")
    )


def states(gift):
    return list(gift.shares.order_by("resident").values_list("state", flat=True))


def test_a_promise_pays_for_nobody(campaign, give, people, clerk):
    gift = give()
    with pytest.raises(Refused, match="承诺不等于缴费"):
        spend_gift(gift=gift, actor=clerk)
    assert not Contribution.objects.exists() and not Movement.objects.exists()
    assert [one.due for one in unpaid_people(campaign=campaign, village=gift.village)[0]] == [400, 400, 400]


def test_whole_fees_of_a_village(campaign, give, people, clerk):
    gift = give(1300)
    done = spend_gift(gift=gift, actor=clerk)
    assert (len(done.portions), done.left, done.short) == (3, 100, 0)
    assert set(Contribution.objects.values_list("channel", "amount", "from_gift", "state")) == {
        ("collective", 400, 400, "collected")
    }
    assert places() == (1300, 0, 1300, 0, 0, 0), "the money came once, with its transfer"
    assert states(gift) == ["used"] * 3
    assert recount(campaign=campaign) == []
    assert standings([gift])[gift.pk].free == 100


def test_a_helper_sees_a_gift_and_its_money_never_goes_through_their_hands(client, give, people, make_user):
    gift = give(1300)
    client.force_login(make_user("village", VILLAGE))
    page = client.get(reverse("gift", args=[gift.pk])).content.decode()
    assert gift.donor in page and "登记到账" not in page
    sent = {"step": "arrival", "arrival-amount": "100", "arrival-on": str(DAY), "arrival-slip_no": "HD0002"}
    client.post(reverse("gift", args=[gift.pk]), sent)
    assert client.post(reverse("gift_spend", args=[gift.pk])).status_code == 403
    assert places() == (1300, 0, 1300, 0, 0, 0) and not Contribution.objects.exists()


def test_the_page_says_when_nobody_needs_the_money(client, give, people, clerk):
    gift = give(1300)
    client.force_login(clerk)
    first, again = (client.post(reverse("gift_spend", args=[gift.pk]), follow=True).content.decode() for _ in range(2))
    assert "全额缴费 3 人" in first and "余 100.00 元" in first
    assert "没有人需要" in again and "全额缴费 0 人" not in again


def test_once_more_changes_nothing(give, people, clerk):
    gift = give(1200)
    spend_gift(gift=gift, actor=clerk)
    arrive(gift, 1200, clerk)
    with pytest.raises(Refused, match="已经用完"):
        spend_gift(gift=gift, actor=clerk)
    assert Contribution.objects.count() == 3
    assert places()[0] == 1200


def test_the_same_promise_and_slip_are_entered_once(give, clerk):
    gift = give(1200)
    assert give() == gift
    with pytest.raises(Refused, match="同一张回单不能登记两次"):
        arrive(gift, 1100, clerk)
    with pytest.raises(Refused, match="同一张回单不能登记两次"):
        arrive(give(document="另一份协议"), 1200, clerk)


def test_money_that_does_not_reach_everybody(give, people, clerk):
    gift = give(900)
    done = spend_gift(gift=gift, actor=clerk)
    assert (len(done.portions), done.left, done.short) == (2, 100, 300)
    arrive(gift, 300, clerk, slip="HD0002")
    assert len(spend_gift(gift=gift, actor=clerk).portions) == 1
    assert Contribution.objects.count() == 3


def test_a_part_of_each_fee_and_the_rest_in_cash(campaign, give, people, clerk):
    gift = give(900, per_head=300)
    spend_gift(gift=gift, actor=clerk)
    assert not Contribution.objects.exists()
    assert kept_for(campaign=campaign, residents=[p.pk for p in people]) == {p.pk: 300 for p in people}
    owing, _ = unpaid_people(campaign=campaign, village=gift.village)
    assert [one.due for one in owing] == [100, 100, 100]
    assert "集体资助 300" in owing[0].why
    homes = village_homes(campaign=campaign, village=gift.village)
    assert [member.due for home in homes.homes for member in home.members] == ["100.00"] * 3
    assert "集体资助 300" in homes.reasons[0]
    owed = quote(campaign.policy, birth_date=BORN, paid_on=DAY)
    rest = Payment(people[0].pk, VILLAGE, "cash", DAY, owed, from_gift=Decimal(300))
    record_contributions(campaign=campaign, payments=[rest], actor=clerk)
    made = Contribution.objects.get()
    assert (made.amount, made.from_gift, made.channel) == (400, 300, "cash")
    assert places() == (1000, 100, 900, 0, 0, 0)
    assert states(gift) == ["used", "waiting", "waiting"]


def test_parts_that_are_not_the_due_are_refused(campaign, people, clerk):
    owed = quote(campaign.policy, birth_date=BORN, paid_on=DAY)
    for wrong in (
        {"from_gift": Decimal("400.01")},
        {"parts": ((DAY, Decimal(200)), (DAY, Decimal("199.99")))},
        {"from_gift": Decimal(100), "parts": ((DAY, Decimal(400)),)},
    ):
        with pytest.raises(ContributionRefused, match="不等于应缴"):
            record_contributions(
                campaign=campaign, payments=[Payment(people[0].pk, VILLAGE, "cash", DAY, owed, **wrong)], actor=clerk
            )
    assert not Contribution.objects.exists()


def test_who_pays_the_whole_fee_alone_frees_the_share(campaign, give, people, clerk):
    gift = give(900, per_head=300)
    spend_gift(gift=gift, actor=clerk)
    owed = quote(campaign.policy, birth_date=BORN, paid_on=DAY)
    payment = Payment(people[0].pk, VILLAGE, "self", DAY, owed, state="posted")
    record_contributions(campaign=campaign, payments=[payment], actor=clerk)
    assert states(gift) == ["released", "waiting", "waiting"]
    assert standings([gift])[gift.pk].free == 300


def test_who_dies_frees_the_share(give, people, clerk):
    gift = give(900, per_head=300)
    spend_gift(gift=gift, actor=clerk)
    Resident.objects.filter(pk=people[1].pk).update(status="dead")
    arrive(gift, 1, clerk, slip="HD0009")
    spend_gift(gift=gift, actor=clerk)
    assert states(gift) == ["waiting", "released", "waiting"]


def test_some_people_by_name(give, people, clerk, make_resident):
    gift = give(2000, covers="some")
    elsewhere = make_resident(OTHER, name="别村人")
    far = make_resident("411325102200", name="远村人")
    text = f"{people[0].name} {people[0].id_number}\n{people[2].name}，{people[2].id_number.lower()}\n"
    text += f"{elsewhere.name} {elsewhere.id_number}\n远村 {far.id_number}\n甲 {invented_number(BORN, 'F', 99)}"
    added, wrong = gifts.list_people(gift=gift, text=text, actor=clerk)
    assert added == 2
    assert [line[:5] for line in wrong] == ["第 3 行", "第 4 行", "第 5 行"]
    assert len({line[5:] for line in wrong}) == 1, "nothing tells a stranger from somebody unknown"
    assert gifts.list_people(gift=gift, text=text, actor=clerk)[0] == 0
    assert len(spend_gift(gift=gift, actor=clerk).portions) == 2
    assert set(Contribution.objects.values_list("resident", flat=True)) == {people[0].pk, people[2].pk}


def test_a_pasted_list_of_strangers_tells_nothing_and_leaves_one_event(give, clerk, make_resident):
    gift = give(2000, covers="some")
    strangers = [make_resident("411325102200", name=f"陌生{chr(0x4E00 + n)}") for n in range(PROBE_MISSES + 1)]
    text = "\n".join(f"王试探 {one.id_number}" for one in strangers)
    for _ in range(2):
        added, wrong = gifts.list_people(gift=gift, text=text, actor=clerk)
        assert added == 0 and len(wrong) == len(strangers)
        assert not any(one.name in line or one.id_number in line for one in strangers for line in wrong)
    event = Event.objects.get(action="disclosure.probe")
    assert (event.actor, event.region_code, event.after["count"]) == (clerk, VILLAGE, len(strangers))


def test_at_the_tax_hall_the_sum_must_be_the_dues(campaign, give, people, clerk):
    gift = give()
    with pytest.raises(Refused, match="3 人共 1,200.00 元"):
        pay_at_hall(gift=gift, ticket_no="SP1", on=DAY, amount=Decimal(1300), actor=clerk)
    paid = pay_at_hall(gift=gift, ticket_no="SP1", on=DAY, amount=Decimal(1200), actor=clerk)
    assert pay_at_hall(gift=gift, ticket_no="SP1", on=DAY, amount=Decimal(1200), actor=clerk) == paid
    assert set(Contribution.objects.values_list("channel", "state")) == {("collective", "posted")}
    assert places() == (1200, 0, 0, 0, 1200, 0)
    assert InsuredYear.objects.filter(year=2025).count() == 3
    assert standings([gift])[gift.pk].missing == 2800


def test_a_part_is_not_paid_at_the_hall(give, people, clerk):
    with pytest.raises(Refused, match="不能在办税厅单缴"):
        pay_at_hall(gift=give(per_head=100), ticket_no="SP1", on=DAY, amount=Decimal(300), actor=clerk)


def test_what_is_left_goes_back_and_not_more(give, people, clerk):
    gift = give(1300)
    spend_gift(gift=gift, actor=clerk)
    back = {"on": datetime.date(2024, 10, 24), "slip_no": "TH1", "reason": "多付", "actor": clerk}
    with pytest.raises(Refused, match="只有 100.00 元"):
        gifts.return_money(gift=gift, amount=Decimal("100.01"), **back)
    first = gifts.return_money(gift=gift, amount=Decimal(100), **back)
    assert gifts.return_money(gift=gift, amount=Decimal(100), **back) == first
    assert places() == (1300, 0, 1200, 0, 0, 100)


def test_a_donor_who_does_not_pay(campaign, give, people, clerk):
    gift = give()
    assert overdue(user=clerk, campaign=campaign) == [gift]
    arrive(gift, 4000, clerk)
    assert overdue(user=clerk, campaign=campaign) == []
    with pytest.raises(Refused, match="请先退还资助人"):
        gifts.cancel_gift(gift=gift, reason="不来了", actor=clerk)
    other = give(document="第二份")
    gifts.cancel_gift(gift=other, reason="企业停产", actor=clerk)
    assert Gift.objects.get(pk=other.pk).cancelled_reason == "企业停产"
    with pytest.raises(Refused, match="已经撤销"):
        arrive(other, 10, clerk, slip="HD0003")


def test_a_gift_that_has_paid_for_somebody_is_not_cancelled(give, people, clerk):
    gift = give(400)
    spend_gift(gift=gift, actor=clerk)
    with pytest.raises(Refused, match="不能撤销"):
        gifts.cancel_gift(gift=gift, reason="不来了", actor=clerk)


def test_unspent_money_covers_no_cash(campaign, give, clerk, office):
    """A gift in the township account is not the village's collected cash: three-way check and draft know it apart."""
    gift = give(5000, promised=5000)
    paid = pay(campaign, clerk, people=2)
    assert drafts.free_money(campaign=campaign, region=VILLAGE[:9])[VILLAGE] == 0
    resident = Resident.objects.create(
        village_id=VILLAGE,
        name="被资助人",
        birth_date=BORN,
        sex="F",
        id_number=invented_number(BORN, "F", 7),
        registered_on=DAY,
    )
    spend_gift(gift=gift, actor=clerk)
    draft = office.draft()
    assert list(draft.rows.values_list("contribution__resident", flat=True)) == [resident.pk]
    bank(campaign, clerk, 800)
    draft = drafts.redraft_declaration(declaration=draft, actor=clerk)
    (line,) = check_declaration(declaration=draft)
    assert (line.people, line.stubs, line.deposited, line.declared, line.differs) == (3, 1200, 1200, 1200, False)
    assert paid.count() == 2


def test_a_part_stands_in_the_three_way_check(campaign, give, people, clerk, office):
    gift = give(300, per_head=300)
    spend_gift(gift=gift, actor=clerk)
    cash = pay(campaign, clerk, people=1).get()
    owed = quote(campaign.policy, birth_date=BORN, paid_on=DAY)
    receipt = Receipt.objects.create(campaign=campaign, village_id=VILLAGE, number="NX9", used_on=DAY, amount=100)
    rest = Payment(people[0].pk, VILLAGE, "cash", DAY, owed, receipt_id=receipt.pk, from_gift=Decimal(300))
    record_contributions(campaign=campaign, payments=[rest], actor=clerk)
    bank(campaign, clerk, 500, day=datetime.date(2024, 10, 21))
    (line,) = check_declaration(declaration=office.draft())
    assert (line.people, line.stubs, line.deposited, line.declared) == (2, 800, 800, 800)
    assert cash.from_gift == 0


def test_the_refund_of_a_whole_gift_goes_to_its_donor(campaign, give, people, clerk, office):
    gift = give(1200)
    spend_gift(gift=gift, actor=clerk)
    paid = Contribution.objects.first()
    refund = applications.request_refund(
        contribution=paid, reason="death", happened_on=DAY, actor=clerk, payee_account="6228480012345678"
    )
    assert (refund.amount, refund.payee) == (400, "村股份经济合作社")
    with pytest.raises(Refused, match="应退还资助人"):
        refunds.set_payee(refund=refund, actor=clerk, **PAYEE)


def test_the_refund_of_a_part_gives_each_their_own(campaign, give, people, clerk, office):
    gift = give(300, per_head=300)
    spend_gift(gift=gift, actor=clerk)
    owed = quote(campaign.policy, birth_date=BORN, paid_on=DAY)
    rest = Payment(people[0].pk, VILLAGE, "cash", DAY, owed, from_gift=Decimal(300))
    (paid,) = record_contributions(campaign=campaign, payments=[rest], actor=clerk)
    bank(campaign, clerk, 100, day=DAY)
    refund = office.reviewed(paid)
    assert refund.amount == 100, "the person's own part"
    refunds.pay_refund(refund=refund, actor=office.officer)
    assert places() == (400, 0, 300, 0, 0, 100)
    assert GiftShare.objects.get().state == "released"
    assert standings([gift])[gift.pk].free == 300


def test_statements_do_not_grow_with_the_village(give, clerk, make_resident):
    counts = []
    for village, size in ((VILLAGE, 2), (OTHER, 14)):
        for n in range(size):
            make_resident(village, name=f"人{n}")
        gift = give(promised=20000, village=village, document=village)
        arrive(gift, 20000, clerk, slip=f"S{village}")
        with CaptureQueriesContext(connection) as caught:
            spend_gift(gift=gift, actor=clerk)
        counts.append(len(caught))
    assert counts[0] == counts[1]
