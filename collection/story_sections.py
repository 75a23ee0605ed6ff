"""What collection knows of a person: payments with their quotes, receipts, declarations, postings, refunds."""

from django.utils import timezone

from collection.models import Contribution, DeclarationRow, Deposit, Movement, Refund
from residents.story import Badge, Section

_STATE_KINDS = {
    Contribution.State.POSTED: "ok",
    Contribution.State.FAILED: "bad",
    Contribution.State.REVERSED: "off",
    Contribution.State.REFUNDED: "off",
}
_RESULT_KINDS = {DeclarationRow.Result.SUCCESS: "ok", DeclarationRow.Result.FAILURE: "bad"}
_REFUND_KINDS = {Refund.State.PAID: "ok", Refund.State.REJECTED: "bad"}


def _instant(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def contributions(resident, user):
    rows = [
        (
            paid.year,
            Badge(_STATE_KINDS.get(paid.state, "wait"), paid.get_state_display()),
            paid.get_channel_display(),
            paid.paid_on,
            paid.standard,
            paid.subsidy,
            paid.amount,
            paid.category,
            paid.clause,
            paid.receipt.number if paid.receipt else "",
            _benefits(paid),
        )
        for paid in resident.contributions.select_related("receipt").order_by("-year", "-id")
    ]
    columns = ("年度", "状态", "渠道", "缴费日期", "标准", "资助", "个人缴费", "资助类别", "依据", "收据号", "待遇期")
    return Section("应缴核算与缴费", columns, rows, empty="没有缴费记录。")


def _benefits(paid) -> str:
    if not paid.benefit_from:
        return ""
    waiting = f"，等待期{paid.waiting_months}个月" if paid.waiting_months else ""
    return f"{paid.benefit_from} 至 {paid.benefit_to}{waiting}"


def way_of_the_money(resident, user):
    """Each movement of this person's money, and the bank slip with which the village banked cash taken that day."""
    paid = list(resident.contributions.filter(channel=Contribution.Channel.CASH).order_by("-year", "-id"))
    movements = Movement.objects.filter(contribution__resident=resident).select_related("actor").order_by("on", "id")
    rows = [
        (move.on, move.get_kind_display(), f"{move.get_from_place_display()} → {move.get_to_place_display()}",
         move.amount, move.actor.name if move.actor else "", move.reason)
        for move in movements
    ]
    for contribution in paid:
        slip = (
            Deposit.objects.for_user(user)
            .filter(campaign=contribution.campaign_id, village=contribution.village_id)
            .filter(paid_on__gte=contribution.paid_on)
            .exclude(state=Deposit.State.REJECTED)
            .order_by("paid_on", "id")
            .select_related("recorded_by")
            .first()
        )
        if slip:
            where = f"收款后本村首次缴存，回单 {slip.slip_no}（{slip.get_state_display()}）"
            rows.append((slip.paid_on, "缴存", where, slip.amount, slip.recorded_by.name, "全村合并存入"))
    rows.sort(key=lambda row: row[0])
    return Section("资金去向", ("日期", "事项", "从哪里到哪里", "金额", "经办人", "说明"), rows, empty="没有资金往来。")


def declarations(resident, user):
    found = (
        DeclarationRow.objects.filter(contribution__resident=resident)
        .select_related("declaration__township", "fixed_by")
        .order_by("-id")
    )
    rows = [
        (
            str(row.declaration),
            _instant(row.declaration.submitted_at),
            Badge(_RESULT_KINDS.get(row.result, "wait"), row.get_result_display()),
            row.amount,
            row.reason,
            row.fix_note,
            row.declaration.confirmation_no,
            _instant(row.declaration.posted_at),
        )
        for row in found
    ]
    columns = ("申报表", "报送", "税务反馈", "金额", "失败原因", "改正说明", "确认单号", "入库")
    return Section("申报、反馈与入库", columns, rows, empty="没有申报过。")


def refunds(resident, user):
    found = Refund.objects.filter(resident=resident).select_related("first_by", "second_by")
    rows = [
        (
            refund.reason_name,
            Badge(_REFUND_KINDS.get(refund.state, "wait"), refund.get_state_display()),
            refund.amount,
            _instant(refund.requested_at),
            refund.first_by.name if refund.first_by else "",
            refund.second_by.name if refund.second_by else "",
            refund.reject_reason or refund.note,
        )
        for refund in found
    ]
    columns = ("原因", "状态", "金额", "申请", "税务初审", "医保复核", "说明")
    return Section("退费", columns, rows, empty="没有退费。")
