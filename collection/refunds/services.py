"""退费: papers and payee of what was asked for (applications.py); reviewed by two people, paid out once.

Locks: the village's account first, then the refund. What the money does and the end of the enrolment are one
transaction with the second review.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum

from collection.contributions.models import Contribution
from collection.entitlements import differences
from collection.entitlements.models import DifferenceCase
from collection.gifts.selectors import donor_to_pay
from collection.gifts.spending import give_share_back
from collection.messages.events import tell_refunded
from collection.money import services as money
from collection.money.models import Movement, Place
from collection.money.steps import refuse_closed
from collection.refunds.models import Refund
from collection.refunds.payment import (
    contribution_of,
    end_enrolment,
    refuse_if_undone,
    register_status,
    source_of,
)
from collection.refunds.rules import DIFFERENCE, STATUS_OF
from config import clock
from core.access import masks
from core.access.roles import Role, role_name
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.files import services as attachments
from core.files.models import Attachment
from core.files.photos import Photo, store_paper
from core.refusals import Refused
from core.text import required_text
from residents.people.names import is_same_name
from residents.people.services import lock_residents
from subsidies.campaigns import watermark

State, Paid = Refund.State, Contribution.State
OPEN = (State.REQUESTED, State.FIRST_PASSED)
REVIEWERS: dict[str, Role] = {State.REQUESTED: Role.TAX, State.FIRST_PASSED: Role.COUNTY}


@transaction.atomic
def add_evidence(*, refund: Refund, papers: "Iterable[Photo | File[bytes]]", actor: User) -> Refund:
    """More documents, each once however often it comes; only while the case is open."""
    money.lock_accounts(campaign=refund.campaign, villages=[refund.village_id])
    refuse_closed(refund.campaign)
    refund = _locked(refund)
    known = set(refund.evidence.values_list("sha256", flat=True))
    papers = [paper for paper in papers if _digest(paper) not in known]
    if not papers:
        return refund
    if refund.state not in OPEN:
        raise Refused(f"退费{refund.get_state_display()}，不能再加材料。")
    added = [keep_paper(refund, paper, actor) for paper in papers]
    refund.evidence.add(*added)
    names = "、".join(paper.name for paper in added)
    audit.record("refund.evidence", actor=actor, obj=refund, summary=f"补充退费证明 {names}")
    return refund


@transaction.atomic
def set_payee(*, refund: Refund, payee: str, payee_account: str, actor: User) -> Refund:
    """Say to whom the money goes; until the second review. A case that opened by itself starts without.

    Raises Refused.
    """
    payee, account = required_text(payee, "收款人", 60), read_account(payee_account)
    money.lock_accounts(campaign=refund.campaign, villages=[refund.village_id])
    refuse_closed(refund.campaign)
    refund = _locked(refund)
    if refund.state not in OPEN:
        raise Refused(f"退费{refund.get_state_display()}，收款人不能再改。")
    donor = donor_to_pay(refund.contribution) if refund.contribution and not refund.self_payment_id else ""
    if donor and payee != donor:
        raise Refused(f"这笔费是“{donor}”资助的，退费应退还资助人，收款人请填“{donor}”。", "payee")
    if (refund.payee, refund.payee_account) == (payee, account):
        return refund
    before = {"payee": refund.payee, "payee_account": masks.mask(refund.payee_account)}
    refund.payee, refund.payee_account = payee, account
    refund.save(update_fields=["payee", "payee_account"])
    audit.record(
        "refund.payee",
        actor=actor,
        obj=refund,
        summary=f"登记退费 {refund.pk} 的收款人 {payee}",
        before=before,
        after={"payee": payee, "payee_account": masks.mask(account)},
    )
    return refund


def read_account(text: str) -> str:
    """Return a bank account's number without blanks. Raises Refused for what cannot be one."""
    account = "".join(required_text(text, "收款账号", 60).split()).replace("-", "")
    if not (account.isascii() and account.isdecimal() and 8 <= len(account) <= 30):
        raise Refused("收款账号应是 8 至 30 位数字，请照银行卡或存折填写。", "payee_account")
    return account


@transaction.atomic
def pass_first(*, refund: Refund, actor: User) -> Refund:
    """The tax bureau's first review."""
    refund = _begin(refund, actor, Role.TAX)
    if refund.state == State.FIRST_PASSED and refund.first_by_id == actor.pk:
        return refund
    if refund.state != State.REQUESTED:
        raise Refused(f"这笔退费{refund.get_state_display()}，不在初审环节。")
    if wanted := missing_evidence(refund):
        raise Refused(f"还没有证明材料（{wanted}），请先上传再初审。")
    refund.state, refund.first_by, refund.first_at = State.FIRST_PASSED, actor, clock.now()
    refund.save(update_fields=["state", "first_by", "first_at"])
    audit.record("refund.pass_first", actor=actor, obj=refund, summary=f"税务初审通过退费 {refund.amount:,.2f} 元")
    return refund


@transaction.atomic
def pay_refund(*, refund: Refund, actor: User) -> Refund:
    """The bureau's second review: the money goes back and, where the reason ends it, the enrolment with it."""
    moment = watermark.next_timestamp(campaign_id=refund.campaign_id)
    refund = _begin(refund, actor, Role.COUNTY)
    if refund.state == State.PAID and refund.second_by_id == actor.pk:
        return refund
    if refund.state != State.FIRST_PASSED:
        raise Refused(f"这笔退费{refund.get_state_display()}，不在复核环节。")
    if refund.first_by_id == actor.pk:
        raise Refused("初审和复核必须是两个人。")
    if not refund.payee or not refund.payee_account:
        raise Refused("还没有收款人和收款账号，请先补填再复核。")
    if goes_to_the_dead(refund):
        raise Refused("参保人已经死亡，钱要退给继承人。请先把收款人改为继承人。")
    refuse_if_undone(refund)
    place = source_of(refund)
    money.record_movements(
        campaign=refund.campaign,
        actor=actor,
        reason=f"退费：{refund.reason_name}",
        facts=[
            money.Fact(
                key=f"refund:{refund.pk}:{refund.returns}" if refund.returns else f"refund:{refund.pk}",
                kind=Movement.Kind.REFUND,
                village=refund.village_id,
                amount=refund.amount,
                on=clock.today(),
                refund_id=refund.pk,
                contribution_id=refund.contribution_id,
                from_place=None if place == Place.TREASURY else place,
            )
        ],
    )
    refund.state, refund.second_by, refund.second_at = State.PAID, actor, moment
    refund.save(update_fields=["state", "second_by", "second_at"])
    if refund.ends_enrolment and not refund.returns:
        end_enrolment(refund, moment, actor)
        give_share_back(contribution=contribution_of(refund), on=clock.today(), actor=actor)
        register_status(refund, actor)
    DifferenceCase.objects.filter(refund=refund, state=DifferenceCase.State.REFUNDING).update(
        state=DifferenceCase.State.HANDLED, handled_by=actor, handled_at=moment, note="差额已退"
    )
    if refund.reason == DIFFERENCE and not refund.returns:
        differences.book_difference(refund=refund)
    audit.record(
        "refund.pay",
        actor=actor,
        obj=refund,
        summary=f"医保复核通过，退费 {refund.amount:,.2f} 元（{refund.reason_name}）"
        + ("，参保终止" if refund.ends_enrolment else ""),
        after={"from": Place(place).label, "amount": str(refund.amount)},
    )
    tell_refunded(refund)
    return refund


@transaction.atomic
def reject_refund(*, refund: Refund, reason: str, actor: User) -> Refund:
    """Whoever reviews may refuse, with the reason for the applicant; it can be asked for again."""
    reason = required_text(reason, "未通过的原因")
    money.lock_accounts(campaign=refund.campaign, villages=[refund.village_id])
    refuse_closed(refund.campaign)
    refund = _locked(refund)
    if refund.state == State.REJECTED:
        return refund
    if refund.state not in OPEN or actor.role != REVIEWERS[refund.state]:
        raise Refused(f"这笔退费{refund.get_state_display()}，现在不由{actor.get_role_display()}审核。")
    if refund.returns:
        raise Refused("这笔退费是银行退回的，缴费已经终止。请更正收款账号后重新复核付款。")
    refund.state, refund.reject_reason = State.REJECTED, reason
    refund.save(update_fields=["state", "reject_reason"])
    DifferenceCase.objects.filter(refund=refund, state=DifferenceCase.State.REFUNDING).update(
        state=DifferenceCase.State.OPEN, refund=None
    )
    audit.record("refund.reject", actor=actor, obj=refund, summary=f"退费未通过：{reason}")
    return refund


def goes_to_the_dead(refund: Refund) -> bool:
    """Whether the payee is the insured, who has died: the heirs are to be paid."""
    person = refund.resident
    is_dead = person.status == person.Status.DEAD or STATUS_OF.get(refund.reason) == person.Status.DEAD
    return is_dead and is_same_name(refund.payee, person.name)


def given_back(contribution: Contribution) -> Decimal:
    """What of this contribution is paid back or asked for already, in yuan; a second payment's return is not its."""
    sums = Refund.objects.filter(contribution=contribution, self_payment__isnull=True).exclude(state=State.REJECTED)
    return (sums.aggregate(sum=Sum("amount"))["sum"] or ZERO).quantize(ZERO)


def missing_evidence(refund: Refund) -> str:
    """What the policy asks for and is not attached; '' if nothing is missing. Cases that the lists prove need none."""
    if refund.self_payment_id or refund.evidence.exists():
        return ""
    if refund.reason == DIFFERENCE and DifferenceCase.objects.filter(refund=refund, roster__isnull=False).exists():
        return ""
    rule = refund.campaign.policy.refund_rules.reason(refund.reason)
    return "、".join(rule.evidence) if rule else ""


def _begin(refund: Refund, actor: User, role: Role) -> Refund:
    if actor.role != role:
        raise Refused(f"这一步由{role_name(role, actor.region_id)}审核。")
    # Before all else, as those do who register a fact and withdraw what followed from it.
    lock_residents([refund.resident_id])
    money.lock_accounts(campaign=refund.campaign, villages=[refund.village_id])
    refuse_closed(refund.campaign)
    return _locked(refund)


def _locked(refund: Refund) -> Refund:
    return (
        Refund.objects.select_for_update(of=("self",))
        .select_related(
            "campaign__policy_version", "campaign__county", "contribution", "resident", "self_payment", "village"
        )
        .get(pk=refund.pk)
    )


def _digest(paper: "Photo | File[bytes]") -> str:
    return paper.sha256 if isinstance(paper, Photo) else attachments.sha256_of(paper)


def keep_paper(refund: Refund, paper: "Photo | File[bytes]", actor: User) -> Attachment:
    """Store a document that the applicant has brought."""
    return store_paper(paper=paper, name="退费证明", region=refund.village_id, actor=actor)
