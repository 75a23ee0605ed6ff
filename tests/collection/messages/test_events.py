"""What people are told when something happened, if their county has switched it on."""

from decimal import Decimal

import pytest

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions, reverse_contributions
from collection.declarations import feedback
from collection.gifts import services as gifts
from collection.gifts.spending import spend_gift
from collection.messages import kinds
from collection.messages.events import tell
from collection.messages.story_sections import messages
from collection.refunds import services as refunds
from core.messages import services as outbox
from core.messages import templates
from core.messages.models import OutboxMessage
from core.refusals import Refused
from residents.people.models import Household, Resident
from subsidies.quotes.selectors import quote_residents
from tests.collection.paid_people import DAY
from tests.factories import create_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def switch_on(campaign, officer):
    def switch_on(kind, text=None):
        wording = templates.wording_of("411325", kind)
        templates.save_template(county="411325", key=kind, text=text or wording.text, is_on=True, actor=officer)

    return switch_on


@pytest.fixture
def pay_for(campaign, officer):
    def pay_for(people, channel="cash", **more):
        quotes = quote_residents(campaign=campaign, residents=people, paid_on=DAY)
        payments = [Payment(p.pk, p.village_id, channel, DAY, quotes[p.pk], **more) for p in people]
        return record_contributions(campaign=campaign, payments=payments, actor=officer)

    return pay_for


def test_nothing_is_told_until_the_office_says_so(home, pay_for):
    pay_for(home)
    assert not OutboxMessage.objects.exists()


def test_a_household_is_told_once_what_was_paid(recorder, switch_on, home, pay_for, clerk):
    switch_on(kinds.PAID)
    pay_for(home)
    outbox.drain()
    assert recorder.got == [
        ("13800000001", "王大山您好：2024年10月8日收到您家3人2025年度城乡居民医保费共1200元。"),
    ]
    section = messages(home[2], clerk)
    assert section.rows[0][1:3] == ("缴费通知", "王大山 138****0001")


def test_the_office_writes_its_own_words(recorder, switch_on, home, pay_for):
    switch_on(kinds.PAID, "【内乡医保】{乡镇}{村}{姓名}：已收{金额}元")
    pay_for(home[:1])
    outbox.drain()
    assert recorder.got[0][1] == "【内乡医保】夏馆镇师家湾村王大山：已收400元"


@pytest.mark.parametrize(
    ("per_head", "says"),
    [
        ("100.01", "共1200元。其中您家缴899.97元，城关村集体经济合作社资助300.03元。"),
        (None, "共1200元。这笔费用由城关村集体经济合作社资助1200元，您家不用缴费。"),
    ],
    ids=["a part of each fee", "whole fees"],
)
def test_what_a_gift_has_paid_is_told_apart(recorder, switch_on, home, pay_for, campaign, clerk, per_head, says):
    per_head = per_head and Decimal(per_head)
    money = 3 * (per_head or 400)
    given = gifts.register_gift(
        campaign=campaign,
        village=home[0].village,
        donor="城关村集体经济合作社",
        donor_kind="collective",
        basis="agreement",
        document="资助协议",
        promised=Decimal(money),
        pay_by=DAY,
        covers="all",
        per_head=per_head,
        actor=clerk,
    )
    gifts.record_arrival(gift=given, amount=Decimal(money), on=DAY, slip_no="HD1", actor=clerk)
    switch_on(kinds.PAID)
    spend_gift(gift=given, actor=clerk)
    if per_head:
        assert not OutboxMessage.objects.exists(), "a part that is kept is no payment yet"
        pay_for(home, from_gift=per_head)
    outbox.drain()
    assert [text.endswith(says) for _, text in recorder.got] == [True], recorder.got


def test_what_was_taken_back_meanwhile_is_not_told(recorder, switch_on, home, pay_for, campaign, officer):
    switch_on(kinds.PAID)
    made = pay_for(home)
    reverse_contributions(campaign=campaign, contributions=made[:1], reason="记错", actor=officer)
    outbox.drain()
    assert recorder.got == [] and OutboxMessage.objects.get().error == kinds.CHANGED


def test_covered_from_when_the_money_is_posted(recorder, switch_on, home, pay_for):
    switch_on(kinds.COVERED)
    pay_for(home[:1], channel="self", state=Contribution.State.POSTED)
    outbox.drain()
    assert "待遇享受期从2025年1月1日到2025年12月31日" in recorder.got[0][1]


def test_failed_and_posted_people_of_a_declaration_are_told(recorder, switch_on, office):
    switch_on(kinds.FAILED)
    switch_on(kinds.COVERED)
    declaration = office.at_the_tax_bureau(2)
    Resident.objects.update(phone="13900000009")
    first = declaration.rows.order_by("pk").first()
    feedback.decide_row(row=first, ok=False, reason="证件号码错误", actor=office.taxman)
    outbox.drain()
    assert ["信息核对没有通过" in text for _, text in recorder.got] == [True]
    office.take(declaration)
    declaration.refresh_from_db()
    office.post(office.remit(office.confirm(declaration)))
    outbox.drain()
    assert "参保成功" in recorder.got[1][1] and "您家1人" in recorder.got[1][1]


def test_what_failed_and_was_put_right_before_the_message_went_is_not_told(recorder, switch_on, office):
    switch_on(kinds.FAILED)
    declaration = office.at_the_tax_bureau(1)
    Resident.objects.update(phone="13900000009")
    row = declaration.rows.get()
    feedback.decide_row(row=row, ok=False, reason="证件号码错误", actor=office.taxman)
    feedback.decide_row(row=row, ok=True, reason="", actor=office.taxman)
    outbox.drain()
    assert recorder.got == [] and OutboxMessage.objects.get().error == kinds.CHANGED


def test_who_fails_again_in_another_submission_is_told_again_and_only_then(recorder, switch_on, office):
    switch_on(kinds.FAILED)
    declaration = office.at_the_tax_bureau(1)
    Resident.objects.update(phone="13900000009")
    row = declaration.rows.get()
    feedback.decide_row(row=row, ok=False, reason="证件号码错误", actor=office.taxman)
    failed = Contribution.objects.filter(state=Contribution.State.FAILED)
    first, again = f":{declaration.pk}.{declaration.submissions}", f":{declaration.pk}.{declaration.submissions + 1}"
    told = [tell(kinds.FAILED, declaration.campaign, failed, occasion=which) for which in (first, again, again)]
    outbox.drain()
    assert told == [0, 1, 0] and len(recorder.got) == 2


def test_a_refund_is_told_to_the_household(recorder, switch_on, office):
    switch_on(kinds.REFUNDED)
    office.post(office.remitted(1))
    refund = office.reviewed(Contribution.objects.get())
    home = Household.objects.create(village_id=refund.village_id, number="1", head_name="李秀英")
    Resident.objects.update(household=home)
    create_resident(refund.village_id, name="李秀英", household=home, phone="13900000008")
    refunds.pay_refund(refund=refund, actor=office.officer)
    outbox.drain()
    ((phone, text),) = recorder.got
    assert phone == "13900000008" and "村民" in text and "400元已办理退费" in text


def test_a_template_with_an_unknown_placeholder_is_refused(campaign, officer):
    with pytest.raises(Refused, match="没有“{证件号码}”"):
        templates.save_template(county="411325", key=kinds.PAID, text="{证件号码}", is_on=True, actor=officer)
