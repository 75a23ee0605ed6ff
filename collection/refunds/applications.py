"""Who asks for a refund, for which reason and until when the policy says: at the window, or by a list that shows it.

Locks: the resident, the village's account, then the contribution.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from collection.contributions.models import Contribution
from collection.gifts.selectors import donor_to_pay
from collection.money import services as money
from collection.money.steps import refuse_closed
from collection.refunds.models import Refund
from collection.refunds.payment import lock_live
from collection.refunds.rules import DIFFERENCE, STATUS_OF, why_not
from collection.refunds.services import given_back, keep_paper
from collection.self_payments.models import SelfPayment
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.files.photos import Photo
from core.refusals import Refused
from core.text import clean_text
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.policy.parts import RefundReason

State = Refund.State


def reasons_for(contribution: Contribution, on: date) -> list[tuple[RefundReason, str]]:
    """Every reason the county knows with '' or why it does not hold any more for this contribution on that day."""
    rules = contribution.campaign.policy.refund_rules
    return [(reason, why_not(reason, contribution.benefit_from, on)) for reason in rules.reasons]


@transaction.atomic
def request_refund(
    *,
    contribution: Contribution,
    reason: str,
    actor: User,
    happened_on: date | None = None,
    amount: Decimal | None = None,
    evidence: "Iterable[Photo | File[bytes]]" = (),
    note: str = "",
    payee: str = "",
    payee_account: str = "",
) -> Refund:
    """Registers an application. `amount`: yuan, all that is left if not given; less only for a difference.
    `happened_on`: the day of the death, the enlistment …, needed where the reason is one of STATUS_OF.

    Raises Refused: unknown reason, no such day, past the deadline, benefits begun, cash that was never banked,
    asked twice.
    """
    campaign = contribution.campaign
    note, payee = clean_text(note, "说明", 200), clean_text(payee, "收款人", 60)
    payee_account = clean_text(payee_account, "收款账号", 40)
    lock_residents([contribution.resident_id])
    money.lock_accounts(campaign=campaign, villages=[contribution.village_id])
    refuse_closed(campaign)
    contribution = lock_live(contribution)
    rule = _rule_for(campaign, reason, contribution)
    if rule.code not in STATUS_OF:
        happened_on = None
    elif happened_on is None or not contribution.resident.birth_date <= happened_on <= clock.today():
        raise Refused(f"请照证明填写“{rule.name}”的日期：不能早于出生，也不能晚于今天。")
    ends = reason != DIFFERENCE
    amount = _amount_to_refund(contribution, amount, ends)
    _refuse_if_paid_twice_is_open(contribution)
    payee = payee or donor_to_pay(contribution)
    refund = _create(
        campaign=campaign,
        contribution=contribution,
        resident_id=contribution.resident_id,
        village_id=contribution.village_id,
        reason=rule.code,
        reason_name=rule.name,
        happened_on=happened_on,
        amount=amount,
        ends_enrolment=ends,
        note=note,
        payee=payee,
        payee_account=payee_account,
        requested_by=actor,
        requested_at=clock.now(),
    )
    refund.evidence.set([keep_paper(refund, paper, actor) for paper in evidence])
    audit.record(
        "refund.request",
        actor=actor,
        obj=refund,
        summary=f"申请退费 {amount:,.2f} 元（{rule.name}）",
        after={"reason": rule.name, "amount": str(amount)},
    )
    return refund


@transaction.atomic
def open_case(*, self_payment: SelfPayment, reason: str, note: str, actor: User) -> Refund | None:
    """The case that follows by itself when somebody paid twice, or paid who must not; None if the county has no such
    reason or its time is over (then it stays on the worklist). Asked again, the same case."""
    known = Refund.objects.filter(self_payment=self_payment).exclude(state=State.REJECTED).first()
    if known:
        return known
    rule = self_payment.campaign.policy.refund_rules.reason(reason)
    if rule is None or why_not(rule, self_payment.campaign.policy.year_start, clock.today()):
        return None
    refund = _create(
        campaign=self_payment.campaign,
        self_payment=self_payment,
        contribution=self_payment.contribution,
        resident_id=self_payment.resident_id,
        village_id=self_payment.region_code,
        reason=rule.code,
        reason_name=rule.name,
        amount=self_payment.amount,
        ends_enrolment=False,
        note=note[:200],
        requested_by=actor,
        requested_at=clock.now(),
    )
    audit.record(
        "refund.open", actor=actor, obj=refund, summary=f"系统比对转退费 {refund.amount:,.2f} 元（{rule.name}）：{note}"
    )
    return refund


def _rule_for(campaign: Campaign, reason: str, contribution: Contribution) -> RefundReason:
    rule = campaign.policy.refund_rules.reason(reason)
    if rule is None:
        known = "、".join(r.name for r in campaign.policy.refund_rules.reasons)
        raise Refused(f"{campaign.county.name}的政策没有这个退费原因；可以选：{known}。")
    if refused := why_not(rule, contribution.benefit_from, clock.today()):
        raise Refused(refused)
    return rule


def _amount_to_refund(contribution: Contribution, amount: Decimal | None, ends: bool) -> Decimal:
    if contribution.channel == Contribution.Channel.FREE or not contribution.amount:
        raise Refused("这个人没有缴费（全额资助），没有钱可退。")
    left = contribution.refundable - given_back(contribution)
    if not left:
        raise Refused("这笔缴费已经申请退费或已经退过，不用再申请；办到哪一步请看退费列表。")
    amount = left if amount is None else amount
    if ends and amount != left:
        raise Refused(f"终止参保的退费应退全部余额 {left:,.2f} 元，不能只退 {amount:,.2f} 元。")
    if not ZERO < amount <= left or (not ends and amount >= contribution.amount):
        raise Refused(f"退费金额 {amount:,.2f} 元不对：缴了 {contribution.amount:,.2f} 元，还可以退 {left:,.2f} 元。")
    return amount


def _create(**fields: Any) -> Refund:
    try:
        with transaction.atomic():
            return Refund.objects.create(**fields)
    except IntegrityError:
        raise Refused("这笔缴费已经有一张没有办结或已经退过的退费单，不能退两次。") from None


def _refuse_if_paid_twice_is_open(contribution: Contribution) -> None:
    """Paid twice is given back once: either the second payment or the first, not both."""
    other = Refund.objects.filter(contribution=contribution, self_payment__isnull=False).exclude(state=State.REJECTED)
    if found := other.first():
        raise Refused(
            f"这个人的另一笔自主缴费已经{found.get_state_display()}（退费单 {found.pk}），两笔不能都退。"
            "确要退这一笔的，请先将那一张审核为未通过。"
        )
