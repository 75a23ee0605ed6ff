"""What collection knows of a person: payments with their quotes, receipts, declarations, postings, refunds."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from collection.advice.models import CoverAdvice
from collection.cash.models import Deposit
from collection.cash.selectors import Part, where_banked
from collection.contributions.models import Contribution
from collection.declarations.models import DeclarationRow
from collection.entitlements.models import DifferenceCase
from collection.money.models import Movement
from collection.refunds.models import Refund
from collection.schools.models import Pupil
from collection.visits.models import Visit
from core.accounts.models import User
from residents.people.models import Resident
from residents.people.story import Badge, Section

_STATE_KINDS: dict[str, str] = {
    Contribution.State.POSTED: "ok",
    Contribution.State.FAILED: "bad",
    Contribution.State.REVERSED: "off",
    Contribution.State.REFUNDED: "off",
}
_RESULT_KINDS: dict[str, str] = {DeclarationRow.Result.SUCCESS: "ok", DeclarationRow.Result.FAILURE: "bad"}
_CASE_KINDS: dict[str, str] = {DifferenceCase.State.HANDLED: "ok", DifferenceCase.State.WITHDRAWN: "off"}
_REFUND_KINDS: dict[str, str] = {Refund.State.PAID: "ok", Refund.State.REJECTED: "bad"}


def _instant(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def contributions(resident: Resident, user: User) -> Section:
    rows = [
        (
            paid.year,
            Badge(_STATE_KINDS.get(paid.state, "wait"), paid.get_state_display()),
            paid.get_channel_display(),
            paid.paid_on,
            paid.standard,
            paid.subsidy,
            paid.amount,
            f"{paid.category}\n{paid.clause}",
            paid.receipt.number if paid.receipt else "",
            _benefits(paid),
        )
        for paid in resident.contributions.select_related("receipt").order_by("-year", "-id")
    ]
    columns = (
        "年度",
        "状态",
        "渠道",
        "缴费日期",
        "标准（元）",
        "资助（元）",
        "个人缴费（元）",
        "资助类别和依据",
        "收据号",
        "待遇期",
    )
    return Section("应缴核算与缴费", columns, rows, empty="没有缴费记录。")


def _benefits(paid: Contribution) -> str:
    if not paid.benefit_from:
        return ""
    waiting = f"\n等待期{paid.waiting_months}个月" if paid.waiting_months else ""
    return f"{paid.benefit_from} 至\n{paid.benefit_to}{waiting}"


def way_of_the_money(resident: Resident, user: User) -> Section:
    """Each movement of this person's money, and the bank slips that took the cash: the oldest cash is banked first."""
    movements = Movement.objects.filter(contribution__resident=resident).select_related("actor").order_by("on", "id")
    rows: list[tuple[Any, ...]] = [
        (
            move.on,
            move.get_kind_display(),
            f"{move.get_from_place_display()} → {move.get_to_place_display()}",
            move.amount,
            move.actor.name if move.actor else "",
            move.reason,
        )
        for move in movements
    ]
    parts = where_banked(residents=[resident])
    rows += [_banked(part, part.slip, user) for part in parts if part.slip]
    rows.sort(key=lambda row: row[0])
    rows += [
        ("", Badge("wait", "未缴存"), "还在村级手中", part.amount, "", "按先收先缴原则，本笔待缴存")
        for part in parts
        if part.slip is None
    ]
    columns = ("日期", "事项", "资金流向", "金额（元）", "经办人", "说明")
    return Section("资金去向", columns, rows, empty="没有资金往来。")


def _banked(part: Part, slip: Deposit, user: User) -> tuple[Any, ...]:
    if slip.village_id.startswith(user.scope_prefix):
        where, who = f"回单 {slip.slip_no}（{slip.get_state_display()}）", slip.recorded_by.name
    else:
        where, who = f"{slip.village}的回单（{slip.get_state_display()}）", ""
    says = "按先收先缴推算" if slip.amount == part.amount else f"这张回单共 {slip.amount:,.2f} 元，按先收先缴推算"
    if slip.paid_on < part.cash.on:
        says = f"收款以前多缴存的，由这笔抵上；{says}"
    return (slip.paid_on, "缴存", where, part.amount, who, says)


def declarations(resident: Resident, user: User) -> Section:
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
    columns = ("申报表", "报送", "税务反馈", "金额（元）", "失败原因", "改正说明", "确认单号", "入库")
    return Section("申报、反馈与入库", columns, rows, empty="没有申报过。")


def schools(resident: Resident, user: User) -> Section | None:
    """At which school this person is a pupil, and who collects the fee; only where there is one."""
    found = Pupil.objects.filter(resident=resident).exclude(state=Pupil.State.LEFT).select_related("campaign", "school")
    rows = [
        (one.campaign.year, one.school.name, one.class_name, one.get_state_display(), one.collected_on or "", one.note)
        for one in found
    ]
    columns = ("年度", "学校", "班级", "缴费渠道", "学校收款", "说明")
    return Section("在校", columns, rows) if rows else None


def refunds(resident: Resident, user: User) -> Section:
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
    columns = ("原因", "状态", "金额（元）", "申请", "税务初审", "医保复核", "说明")
    return Section("退费", columns, rows, empty="没有退费。")


def differences(resident: Resident, user: User) -> Section | None:
    """Paid, then recognised as one who owes less; only where it happened."""
    found = DifferenceCase.objects.filter(contribution__resident=resident).select_related("campaign", "handled_by")
    rows = [
        (
            case.campaign.year,
            Badge(_CASE_KINDS.get(case.state, "wait"), case.get_state_display()),
            case.category,
            case.due,
            case.difference,
            case.why,
            _instant(case.made_at),
            case.handled_by.name if case.handled_by else "",
            case.note,
        )
        for case in found
    ]
    columns = ("年度", "状态", "认定后的类别", "认定后应缴", "差额", "依据", "发现", "处理人", "处理说明")
    return Section("先缴后认定（身份变更差额）", columns, rows) if rows else None


def visits(resident: Resident, user: User) -> Section | None:
    """What was tried while this person was not insured, and why they were not; only where something was tried."""
    found = Visit.objects.filter(resident=resident).select_related("campaign", "cause", "evidence", "recorded_by")
    rows = [
        (
            visit.campaign.year,
            str(visit),
            str(visit.cause or ""),
            visit.note,
            "有" if visit.evidence else "",
            visit.look_again_on or "",
            visit.recorded_by.name,
            _instant(visit.recorded_at),
        )
        for visit in found
    ]
    columns = ("年度", "方式和结果", "未参保原因", "说明", "证明材料", "下次联系", "登记人", "登记时间")
    return Section("动员记录", columns, rows) if rows else None


def advices(resident: Resident, user: User) -> Section | None:
    """When this person was told of cover and waiting; only where it happened."""
    found = CoverAdvice.objects.filter(resident=resident).select_related("campaign", "told_by")
    rows = [
        (
            advice.campaign.year,
            _instant(advice.told_at),
            advice.told_by.name,
            f"{advice.signed_by}（{advice.get_signer_display()}）",
            advice.due,
            f"{advice.waiting_months} 个月" if advice.waiting_months else "没有",
        )
        for advice in found
    ]
    return Section("待遇告知", ("年度", "时间", "告知人", "签字人", "应缴（元）", "等待期"), rows) if rows else None
