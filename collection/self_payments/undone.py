"""A payment that a later list unsays (已退费, 已作废, 已冲正): the bureau settles whether the tax bureau has it back.

Until then nothing is paid out on it (refunds/services.py), so that nobody gets the money twice.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from collection.contributions.bookings import report_ended
from collection.contributions.models import Contribution
from collection.gifts.spending import give_share_back
from collection.money import services as money
from collection.money.models import Movement
from collection.money.steps import refuse_closed
from collection.refunds.models import Refund
from collection.self_payments.models import SelfPayment
from collection.self_payments.selectors import is_disputed
from config import clock
from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import required_text
from residents.people.models import InsuredYear
from residents.people.services import lock_residents
from subsidies.campaigns import watermark


@transaction.atomic
def accept_undone(*, self_payment: SelfPayment, note: str, actor: User) -> SelfPayment:
    """The tax bureau has given the money back itself: take it out of the treasury and end what rested on it.

    An open refund of it is turned down. Raises Refused, also where the money was paid back here already.
    """
    note = required_text(note, "核实说明")
    moment = watermark.next_timestamp(campaign_id=self_payment.campaign_id)
    payment = _disputed(self_payment, actor)
    reason = f"税务{payment.undone_as}：{note}"
    booked = Movement.objects.filter(key=f"self_pay:{payment.pk}")
    if payment.outcome == SelfPayment.Outcome.MATCHED and payment.contribution_id:
        booked = Movement.objects.filter(contribution=payment.contribution_id, kind=Movement.Kind.SELF_PAY)
        _end_contribution(payment, reason, moment, actor)
        _release_other_parts(payment)
    _turn_down_refunds(payment, reason)
    money.reverse_movements(campaign=payment.campaign, movements=booked, reason=reason, actor=actor)
    payment.outcome = SelfPayment.Outcome.UNDONE
    _settle(
        payment,
        note,
        actor,
        f"税务已撤销的自主缴费属实 {masks.mask_name(payment.name)} {payment.amount:,.2f} 元：{note}",
    )
    return payment


@transaction.atomic
def dismiss_undone(*, self_payment: SelfPayment, note: str, actor: User) -> SelfPayment:
    """The list was wrong: the payment stands as it was."""
    note = required_text(note, "核实说明")
    payment = _disputed(self_payment, actor)
    _settle(payment, note, actor, f"清单写明“{payment.undone_as}”经核实不属实，缴费保留：{note}")
    return payment


def _disputed(self_payment: SelfPayment, actor: User) -> SelfPayment:
    if actor.role != Role.COUNTY:
        raise Refused(f"缴费后又被税务撤销的，由{actor.county_word}医保局核实。")
    lock_residents([self_payment.resident_id] if self_payment.resident_id else [])
    villages = [self_payment.region_code] if len(self_payment.region_code) == 12 else []
    money.lock_accounts(campaign=self_payment.campaign, villages=villages)
    refuse_closed(self_payment.campaign)
    rows = SelfPayment.objects.select_for_update(of=("self",)).select_related("campaign", "undone_list")
    payment = rows.get(pk=self_payment.pk)
    if payment.resident_id != self_payment.resident_id or not is_disputed(payment):
        raise Refused("这一笔没有待核实的撤销，或已经核实过了。")
    return payment


def _end_contribution(payment: SelfPayment, reason: str, moment: datetime, actor: User) -> None:
    assert payment.contribution_id is not None  # noqa: S101 - asked only of what was booked
    rests_on = Contribution.objects.select_for_update(of=("self",)).get(pk=payment.contribution_id)
    if rests_on.ended_at:
        raise Refused(f"这笔缴费{rests_on.get_state_display()}，钱已经退回过，不能再冲一次。")
    if rests_on.state in (Contribution.State.DECLARED, Contribution.State.CONFIRMED):
        raise Refused("集体资助的部分正在申报途中，要等税务反馈并入库（或退回）以后再核实这一笔。")
    rests_on.state, rests_on.ended_at = Contribution.State.REVERSED, moment
    rests_on.end_reason = reason[:120]
    rests_on.save(update_fields=["state", "ended_at", "end_reason"])
    by_payment = Q(source="自主缴费") | Q(source__endswith="入库")
    InsuredYear.objects.filter(by_payment, resident=rests_on.resident_id, year=payment.campaign.year).delete()
    if rests_on.from_gift and rests_on.posted_at:
        give_share_back(contribution=rests_on, on=clock.today(), actor=actor)
    report_ended(payment.campaign, [rests_on], actor)


def _release_other_parts(payment: SelfPayment) -> None:
    """What was paid in several parts is not what is due any more: the others wait for a person again."""
    others = SelfPayment.objects.filter(contribution=payment.contribution_id, outcome=SelfPayment.Outcome.MATCHED)
    others.exclude(pk=payment.pk).update(
        outcome=SelfPayment.Outcome.AMOUNT_DIFFERS,
        contribution=None,
        settled_at=None,
        settled_by=None,
        message=f"同一人另一笔 {payment.amount:,.2f} 元税务已撤销，余下的不够应缴，请核实。"[:200],
    )


def _turn_down_refunds(payment: SelfPayment, reason: str) -> None:
    of_it = Refund.objects.filter(self_payment=payment)
    if payment.outcome == SelfPayment.Outcome.MATCHED:
        of_it = Refund.objects.filter(contribution=payment.contribution_id, self_payment__isnull=True)
    if of_it.filter(state=Refund.State.PAID).exists():
        raise Refused("这一笔在本系统已经退过费，税务又退了一次，请先向税务或本人追回一笔。")
    of_it.exclude(state=Refund.State.REJECTED).update(state=Refund.State.REJECTED, reject_reason=reason[:200])


def _settle(payment: SelfPayment, note: str, actor: User, summary: str) -> None:
    payment.undone_settled_at = clock.now()
    payment.settled_by, payment.settled_note = actor, note
    payment.save(update_fields=["outcome", "undone_settled_at", "settled_by", "settled_note"])
    audit.record("self_payment.undone", actor=actor, obj=payment, summary=summary)
