"""What the second review of a refund does: where the money is taken from, and what ends with it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from collection.contributions.bookings import report_ended
from collection.contributions.models import Contribution
from collection.declarations.drafts import TOWNSHIP_CHANNELS, free_money
from collection.declarations.models import DeclarationRow
from collection.money.models import Movement, Place
from collection.refunds.models import Refund
from collection.refunds.rules import STATUS_OF
from collection.self_payments.models import SelfPayment
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.refusals import Refused
from residents.people.models import InsuredYear
from residents.statuses.services import set_status

Paid = Contribution.State


def refuse_if_undone(refund: Refund) -> None:
    """The tax bureau's list says that it has the money back already: nothing is paid until that is settled."""
    undone = Q(pk=refund.self_payment_id) if refund.self_payment_id else Q(contribution=refund.contribution_id)
    rows = SelfPayment.objects.filter(undone, undone_list__isnull=False, undone_settled_at__isnull=True)
    if not refund.self_payment_id:
        rows = rows.filter(outcome=SelfPayment.Outcome.MATCHED)
    if disputed := rows.first():
        raise Refused(
            f"税务后来的清单写明这一笔“{disputed.undone_as}”，请{refund.campaign.county_word}医保局先在“自主缴费”里核实，以免退两次。"
        )


def contribution_of(refund: Refund) -> Contribution:
    """The payment that was booked and goes back; what is given back of a self payment alone rests on none."""
    assert refund.contribution is not None  # noqa: S101 - held by refund_of_something in the database
    return refund.contribution


def source_of(refund: Refund) -> str:
    """Where the money stands that goes back. On its way to the treasury it cannot be caught: first it must arrive."""
    if refund.self_payment_id:
        return Place.TREASURY
    if refund.returns:  # the bank sent it back: it goes again from where it was taken, and what ended has ended
        return Movement.objects.filter(refund=refund, kind=Movement.Kind.REFUND).latest("pk").from_place
    if not refund.ends_enrolment and (place := _place_of_ended(refund)):
        return place
    contribution = lock_live(contribution_of(refund))
    if refund.amount > contribution.amount:
        raise Refused("退费金额超过了缴费金额，不能退。")
    if contribution.state == Paid.POSTED:
        return Place.TREASURY
    _refuse_under_way(contribution)
    if contribution.channel not in TOWNSHIP_CHANNELS:  # only a gift's part has stayed with the township
        return Place.TREASURY
    if contribution.state == Paid.COLLECTED:
        free = free_money(campaign=refund.campaign, region=refund.village.township_code)
        if free.get(refund.village_id, ZERO) < refund.amount:
            raise Refused("这个人交的现金还在村里，没有缴存入账，不用退费：请村里退还现金并作废收据（撤回台账）。")
    return Place.TOWNSHIP


def _refuse_under_way(contribution: Contribution) -> None:
    if contribution.state in (Paid.DECLARED, Paid.CONFIRMED):
        raise Refused("这个人正在申报途中，要等税务反馈并入库（或导入失败退回）以后才能复核退费。")
    on_draft = Q(declaration__state="draft", contribution=contribution)
    if DeclarationRow.objects.filter(on_draft).exists():
        raise Refused("这个人在一张没有报送的申报表里，请乡镇先“重新核对”把他去掉，再复核退费。")


def _place_of_ended(refund: Refund) -> str:
    """Where the rest stands of a payment whose other part was refunded: who dies is still owed the difference."""
    contribution = Contribution.objects.select_for_update(of=("self",)).get(refunds=refund)
    if contribution.state != Paid.REFUNDED:
        return ""
    ending = Movement.objects.filter(contribution=contribution, kind=Movement.Kind.REFUND, refund__ends_enrolment=True)
    return ending.latest("pk").from_place


def end_enrolment(refund: Refund, moment: datetime, actor: User) -> None:
    """End the contribution and the insured year with it."""
    contribution = contribution_of(refund)
    Contribution.objects.filter(pk=contribution.pk, ended_at__isnull=True).update(
        state=Paid.REFUNDED, ended_at=moment, end_reason=f"退费：{refund.reason_name}"[:120]
    )
    InsuredYear.objects.filter(resident=refund.resident_id, year=refund.campaign.year).delete()
    report_ended(refund.campaign, [contribution], actor)


def register_status(refund: Refund, actor: User) -> None:
    """The resident's dated status follows what was decided; one that is newer, or death, stands, and that is said."""
    status = STATUS_OF.get(refund.reason)
    if status is None or refund.resident.status == status:
        return
    assert refund.happened_on is not None  # noqa: S101 - a request for a reason with a status is refused without
    try:
        with transaction.atomic():
            set_status(
                resident=refund.resident,
                status=status,
                since=refund.happened_on,
                actor=actor,
                source=f"退费单 {refund.pk}（{refund.reason_name}）",
                batch=f"refund-{refund.pk}",
            )
    except Refused as stands:
        audit.record(
            "status.keep",
            actor=actor,
            obj=refund.resident,
            batch=f"refund-{refund.pk}",
            summary=f"退费单 {refund.pk}（{refund.reason_name}）没有改动状态：{stands}",
        )


def lock_live(contribution: Contribution) -> Contribution:
    """Lock the contribution; raise Refused if it has ended."""
    found = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("campaign__policy_version", "campaign__county", "resident")
        .get(pk=contribution.pk)
    )
    if found.ended_at:
        raise Refused(f"这笔缴费{found.get_state_display()}，不能再退。")
    return found
