"""办结: everything reconciled, or listed by name why not; then frozen.

What is still open is shown with who and where. A county officer may close all the same, with a reason for each kind;
the list stands in the closing for good.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import Count, F, Model, QuerySet, Sum

from collection.cash.models import Deposit
from collection.closing.consents import last_day_to_reopen, refuse_before_the_end
from collection.closing.models import CampaignClosing
from collection.declarations import stuck
from collection.declarations.models import Declaration, DeclarationRow
from collection.door.selectors import open_cases
from collection.entitlements.models import DifferenceCase
from collection.entitlements.services import record_free_years
from collection.ledgers.models import LedgerBatch
from collection.money import services as money
from collection.money.models import VillageAccount
from collection.money.rules import FIELDS
from collection.money.selectors import recount
from collection.notices.models import PublicNotice
from collection.notices.selectors import not_shown
from collection.refunds.models import Refund
from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.selectors import waiting
from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text
from subsidies.campaigns import watermark
from subsidies.campaigns.models import Campaign

_Row = TypeVar("_Row", bound=Model)

SHOWN = 200
#: How long a closed year may be opened again, where the officer sets nothing else.
REOPEN_DAYS = 15
_PLACES = {"in_hand": "村级手中", "township": "乡镇账户", "clearing": "待报解专户"}


@dataclass(frozen=True)
class OpenItem:
    """One kind of unfinished business. `rows`: [where, who, what], names masked where they are people's."""

    kind: str
    title: str
    count: int
    amount: Decimal
    rows: list[list[str]]
    must: bool = False


def open_items(*, campaign: Campaign, limit: int | None = SHOWN) -> list[OpenItem]:
    """Everything that keeps the campaign from being closed cleanly; `limit` rows of each kind are named, None: all.

    An item with `must` cannot be closed over: it has to be put right.
    """
    found = [check(campaign, limit) for check in _CHECKS]
    return [item for item in found if item.count]


@transaction.atomic
def close_campaign(
    *, campaign: Campaign, reasons: dict[str, str], seen: dict[str, int], actor: User, reopen_days: int = REOPEN_DAYS
) -> CampaignClosing:
    """Freezes the campaign. `reasons`: a sentence for each kind still open. `seen`: the counts the officer was shown;
    if they have changed, the officer is to look again. Closed before: the closing there is. Before the period is over
    two offices have to agree (consents.py); `reopen_days`: how long it may be opened again.

    Raises Refused. Locks every village's account first, also of those that had none yet, so that no money moves
    while the sums are written down.
    """
    if actor.role != Role.COUNTY:
        raise Refused(f"征缴年度由{actor.county_word}医保局办结。")
    moment = watermark.next_timestamp(campaign_id=campaign.pk)
    villages = Region.objects.in_region(campaign.county_id).filter(level=Region.Level.VILLAGE)
    accounts = money.lock_accounts(campaign=campaign, villages=villages.values_list("pk", flat=True))
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.closed_at:
        return CampaignClosing.objects.get(campaign=campaign, reopened_at__isnull=True)
    refuse_before_the_end(campaign)
    items = open_items(campaign=campaign, limit=None)
    if wrong := [item.title for item in items if item.must]:
        raise Refused(f"{'、'.join(wrong)}：必须先处理，不能办结。")
    if {item.kind: item.count for item in items} != seen:
        raise Refused("遗留事项在您查看以后有变化，没有办结。请看清新的清单再办。")
    reasons = {kind: clean_text(reason, "原因", 300) for kind, reason in reasons.items()}
    if unsaid := [item.title for item in items if not reasons.get(item.kind)]:
        raise Refused(f"还没有写明原因：{'、'.join(unsaid)}。")
    campaign.closed_at = moment
    campaign.save(update_fields=["closed_at"])
    record_free_years(campaign, campaign.contributions.all())  # those enrolled before the year was written at once
    sums = {
        name: str(sum((getattr(account, name) for account in accounts.values()), ZERO))
        for name in ("collected", *FIELDS.values(), "refunded")
    }
    closing = CampaignClosing.objects.create(
        campaign=campaign,
        closed_by=actor,
        closed_at=moment,
        reopen_until=last_day_to_reopen(reopen_days),
        sums=sums,
        open_items=[
            {
                "kind": item.kind,
                "title": item.title,
                "count": item.count,
                "amount": str(item.amount),
                "reason": reasons[item.kind],
                "rows": item.rows,
            }
            for item in items
        ],
    )
    audit.record(
        "campaign.close",
        actor=actor,
        obj=campaign,
        summary=f"办结并冻结{campaign}，遗留 {len(items)} 类事项",
        after={"sums": sums, "open": {item.title: item.count for item in items}},
    )
    return closing


def _not_posted(campaign: Campaign, limit: int | None) -> OpenItem:
    people = stuck.not_posted(campaign=campaign, region=campaign.county_id)
    sums = people.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    rows = people.select_related("resident", "village__parent").order_by("village_id", "pk")
    return OpenItem(
        "not_posted",
        "已收款但没有入库的人",
        sums["count"],
        (sums["amount"] or ZERO).quantize(ZERO),
        [
            [_place(c.village), masks.mask_name(c.resident.name), f"{c.amount:,.2f} 元，{stuck.StuckAt(c.stage).label}"]
            for c in _first(rows, limit)
        ],
    )


def _money_not_in_treasury(campaign: Campaign, limit: int | None) -> OpenItem:
    left = VillageAccount.objects.filter(campaign=campaign).exclude(in_hand=0, township=0, clearing=0)
    sums = left.aggregate(count=Count("pk"), amount=Sum(F("in_hand") + F("township") + F("clearing")))
    rows = left.select_related("village__parent").order_by("village_id")
    return OpenItem(
        "money",
        "还有钱没有进国库的村",
        sums["count"],
        (sums["amount"] or ZERO).quantize(ZERO),
        [[_place(account.village), "", _left_in(account)] for account in _first(rows, limit)],
    )


def _left_in(account: VillageAccount) -> str:
    left = {label: getattr(account, name) for name, label in _PLACES.items()}
    return "，".join(f"{label} {amount:,.2f} 元" for label, amount in left.items() if amount)


def _accounts_that_do_not_add_up(campaign: Campaign, limit: int | None) -> OpenItem:
    wrong = recount(campaign=campaign)
    rows = [[item["village"], "", f"账 {item['account']}，流水 {item['movements']}"] for item in wrong]
    return OpenItem("recount", "资金账与流水不一致", len(wrong), ZERO, rows, must=True)


def _declarations(campaign: Campaign, limit: int | None) -> OpenItem:
    done = [Declaration.State.POSTED, Declaration.State.RETURNED, Declaration.State.CANCELLED]
    left = Declaration.objects.filter(campaign=campaign).exclude(state__in=done).select_related("township")
    rows = [
        [
            declaration.township.name,
            f"第{declaration.number}批",
            f"{declaration.people} 人 {declaration.amount:,.2f} 元，{declaration.get_state_display()}",
        ]
        for declaration in _first(left.order_by("township_id", "number"), limit)
    ]
    amount = left.order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO
    return OpenItem("declarations", "未办结的申报表", left.count(), amount.quantize(ZERO), rows)


def _failures(campaign: Campaign, limit: int | None) -> OpenItem:
    left = DeclarationRow.objects.filter(
        declaration__campaign=campaign,
        result=DeclarationRow.Result.FAILURE,
        fixed_at__isnull=True,
        next__isnull=True,
        contribution__ended_at__isnull=True,
    )
    amount = left.order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO
    rows = [
        [_place(row.village), masks.mask_name(row.name), f"{row.reason or '没有写原因'}，限 {row.fix_by} 改正"]
        for row in _first(left.select_related("village__parent").order_by("village_id", "pk"), limit)
    ]
    return OpenItem("failures", "导入失败没有改正的人", left.count(), amount.quantize(ZERO), rows)


def _deposits(campaign: Campaign, limit: int | None) -> OpenItem:
    left = Deposit.objects.filter(campaign=campaign, state=Deposit.State.PENDING).select_related("village__parent")
    amount = left.order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO
    rows = [
        [_place(slip.village), f"回单 {slip.slip_no}", f"{slip.amount:,.2f} 元，{slip.paid_on}"]
        for slip in _first(left.order_by("village_id", "pk"), limit)
    ]
    return OpenItem("deposits", "没有核验的缴存回单", left.count(), amount.quantize(ZERO), rows)


def _ledgers(campaign: Campaign, limit: int | None) -> OpenItem:
    states = [LedgerBatch.State.READING, LedgerBatch.State.CHECKED, LedgerBatch.State.CONFIRMING]
    left = LedgerBatch.objects.filter(campaign=campaign, state__in=states).select_related("village__parent")
    rows = [
        [_place(batch.village), f"台账 {batch.pk}", batch.get_state_display()]
        for batch in _first(left.order_by("village_id", "pk"), limit)
    ]
    return OpenItem("ledgers", "上传了没有确认的台账", left.count(), ZERO, rows)


def _door_cases(campaign: Campaign, limit: int | None) -> OpenItem:
    """Cash taken at doors that is neither booked nor given back."""
    left = open_cases(region=campaign.county_id, campaign=campaign)
    sums = left.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    rows = [
        [
            _place(row.batch.village),
            masks.mask_name(row.name),
            f"{'金额不清' if row.amount is None else f'{row.amount:,.2f} 元'}，{row.entry.taken_on} 收",
        ]
        for row in _first(left, limit)
        if row.entry
    ]
    return OpenItem("door_cases", "没有核实的入户收款", sums["count"], (sums["amount"] or ZERO).quantize(ZERO), rows)


def _paid_lists(campaign: Campaign, limit: int | None) -> OpenItem:
    left = PaidList.objects.filter(campaign=campaign, state=PaidList.State.READING)
    rows = [[campaign.county.name, f"清单 {item.pk}", "读取中"] for item in _first(left, limit)]
    return OpenItem("paid_lists", "没有读完的已缴清单", left.count(), ZERO, rows)


def _self_payments(campaign: Campaign, limit: int | None) -> OpenItem:
    left = waiting(SelfPayment.objects.filter(campaign=campaign))
    amount = left.aggregate(sum=Sum("amount"))["sum"] or ZERO
    rows = [
        [
            payment.region_code,
            masks.mask_name(payment.name),
            f"{payment.amount:,.2f} 元，{payment.get_outcome_display()}",
        ]
        for payment in _first(left.order_by("region_code", "pk"), limit)
    ]
    return OpenItem("self_payments", "没有核实的自主缴费", left.count(), amount.quantize(ZERO), rows)


def _refunds(campaign: Campaign, limit: int | None) -> OpenItem:
    left = Refund.objects.filter(campaign=campaign, state__in=[Refund.State.REQUESTED, Refund.State.FIRST_PASSED])
    amount = left.order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO
    rows = [
        [
            _place(refund.village),
            masks.mask_name(refund.resident.name),
            f"{refund.amount:,.2f} 元，{refund.reason_name}，{refund.get_state_display()}",
        ]
        for refund in _first(left.select_related("village__parent", "resident").order_by("village_id", "pk"), limit)
    ]
    return OpenItem("refunds", "没有办结的退费", left.count(), amount.quantize(ZERO), rows)


def _differences(campaign: Campaign, limit: int | None) -> OpenItem:
    """Who paid before being recognised, where the county's notice leaves it to staff what becomes of the difference."""
    left = DifferenceCase.objects.filter(campaign=campaign, state=DifferenceCase.State.OPEN)
    amount = left.order_by().aggregate(sum=Sum("difference"))["sum"] or ZERO
    rows = [
        [
            _place(case.village),
            masks.mask_name(case.contribution.resident.name),
            f"差额 {case.difference:,.2f} 元，认定为{case.category}",
        ]
        for case in _first(
            left.select_related("village__parent", "contribution__resident").order_by("village_id", "pk"), limit
        )
    ]
    return OpenItem("differences", "先缴后认定没有处理的人", left.count(), amount.quantize(ZERO), rows)


def _notices(campaign: Campaign, limit: int | None) -> OpenItem:
    """Villages with insured people whose names have not hung out their days; later payers need a further notice."""
    on_the_way = PublicNotice.objects.filter(campaign=campaign, state__in=["prepared", "posted"])
    hanging = dict(on_the_way.values_list("village", "state"))
    left = not_shown(campaign=campaign).order_by().values("village")
    villages = Region.objects.in_region(campaign.county_id).filter(pk__in=left)
    labels = dict(PublicNotice.State.choices)
    rows = [
        [_place(village), "", labels.get(hanging.get(village.pk, ""), "还有人没有公示")]
        for village in _first(villages.select_related("parent").order_by("pk"), limit)
    ]
    return OpenItem("notices", "没有公示完的村", villages.count(), ZERO, rows)


def _first(rows: QuerySet[_Row], limit: int | None) -> QuerySet[_Row]:
    return rows if limit is None else rows[:limit]


def _place(village: Region) -> str:
    return f"{village.parent.name}{village.name}" if village.parent else village.name


_CHECKS: tuple[Callable[[Campaign, int | None], OpenItem], ...] = (
    _accounts_that_do_not_add_up,
    _ledgers,
    _door_cases,
    _deposits,
    _not_posted,
    _failures,
    _declarations,
    _money_not_in_treasury,
    _paid_lists,
    _self_payments,
    _refunds,
    _differences,
    _notices,
)
