"""Vouchers of funds: applied for by the bureau, received and passed up by the finance bureau. Entries only grow."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from collection.finance.models import FundEntry
from collection.finance.selectors import balance, fund_names
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.tables.cells import half_width
from core.text import clean_text, required_text
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

Kind = FundEntry.Kind
#: Who records which kind: whoever has the paper.
RECORDS = {Kind.APPLIED: Role.COUNTY, Kind.RECEIVED: Role.FINANCE, Kind.PASSED_UP: Role.FINANCE}
LARGEST = Decimal("9999999999.99")


@transaction.atomic
def record_entry(
    *,
    campaign: Campaign,
    kind: str,
    fund: str,
    amount: Decimal,
    on: date,
    voucher_no: str,
    department: str = "",
    township: Region | None = None,
    note: str = "",
    shared: bool = False,
    actor: User,
) -> FundEntry:
    """Record a voucher; the very same one once more changes nothing. `shared`: it pays several funds.

    Raise Refused where the number stands for something else already, and for more passed up than was received.
    """
    kind, voucher_no = Kind(kind), half_width(required_text(voucher_no, "凭证号", 40)).upper()
    note = clean_text(note, "说明", 200)
    if actor.role != RECORDS[kind]:
        raise Refused(f"{kind.label}由{RECORDS[kind].label}登记。")
    if fund not in fund_names(campaign.policy):
        raise Refused("请选择资金。", "fund")
    if not 0 < amount <= LARGEST:
        raise Refused("金额要大于零。", "amount")
    if on > clock.today():
        raise Refused("凭证日期在今天以后，请核对。", "on")
    lock_campaign(campaign)
    facts = {"amount": amount, "on": on, "department": department, "township": township}
    if found := _same_voucher(campaign, kind, fund, voucher_no, facts, shared=shared):
        return found
    if kind == Kind.PASSED_UP:
        received, passed_up = balance(campaign, fund)
        if passed_up + amount > received:
            raise Refused(f"{fund}到账 {received:,.2f} 元，已上解 {passed_up:,.2f} 元，不能再上解这么多。", "amount")
    entry = FundEntry.objects.create(
        key=_key(campaign, kind, fund, voucher_no),
        campaign=campaign,
        kind=kind,
        fund=fund,
        voucher_no=voucher_no,
        note=note,
        recorded_by=actor,
        recorded_at=clock.now(),
        **facts,
    )
    _record("record", entry, actor, f"登记{entry}：{amount:,.2f} 元，{on}")
    return entry


def _same_voucher(
    campaign: Campaign, kind: Kind, fund: str, number: str, facts: dict[str, object], *, shared: bool
) -> FundEntry | None:
    """The entry that says the same already. Raise Refused for a number that stands for something else."""
    live = FundEntry.objects.filter(
        campaign=campaign, kind=kind, voucher_no=number, reverses__isnull=True, reversed_by__isnull=True
    )
    found: FundEntry | None = live.filter(fund=fund).first()
    if found:
        if all(getattr(found, name) == value for name, value in facts.items()):
            return found
        raise Refused(
            f"{kind.label}凭证 {number} 已登记过：{found.fund} {found.amount:,.2f} 元，{found.on}。"
            "登记错了的请先冲销，再重新登记。",
            "voucher_no",
        )
    if (other := live.first()) and not shared:
        raise Refused(
            f"凭证 {number} 已用于{other.fund} {other.amount:,.2f} 元。同一张凭证分给几项资金的，请勾选后再登记。",
            "voucher_no",
        )
    return None


def _key(campaign: Campaign, kind: str, fund: str, number: str) -> str:
    """One key for each life of a voucher: after a reversal it may be entered anew."""
    earlier = FundEntry.objects.filter(campaign=campaign, kind=kind, fund=fund, voucher_no=number).count()
    return f"{campaign.pk}:{kind}:{fund}:{number}:{earlier}"


@transaction.atomic
def reverse_entry(*, entry: FundEntry, reason: str, actor: User) -> FundEntry:
    """Take an entry back by one of the opposite sign, with a reason; once more changes nothing. Raises Refused."""
    reason = required_text(reason, "冲销原因")
    lock_campaign(entry.campaign)
    done: FundEntry | None = FundEntry.objects.filter(reverses=entry).first()
    if done:
        return done
    if entry.reverses_id:
        raise Refused("冲销记录不能再冲销。登记错了的请重新登记凭证。")
    if actor.role != RECORDS[Kind(entry.kind)]:
        raise Refused(f"{entry.get_kind_display()}凭证由{RECORDS[Kind(entry.kind)].label}冲销。")
    if entry.kind == Kind.RECEIVED:
        received, passed_up = balance(entry.campaign, entry.fund)
        if received - entry.amount < passed_up:
            raise Refused(f"这笔到账已有 {passed_up:,.2f} 元上解，请先冲销上解凭证。")
    made = FundEntry.objects.create(
        key=f"reverse:{entry.pk}",
        campaign=entry.campaign,
        kind=entry.kind,
        fund=entry.fund,
        department=entry.department,
        township=entry.township,
        amount=-entry.amount,
        on=max(entry.on, clock.today()),
        voucher_no=entry.voucher_no,
        note=reason,
        reverses=entry,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    _record("reverse", made, actor, f"冲销{entry}：{entry.amount:,.2f} 元，{reason}")
    return made


def _record(verb: str, entry: FundEntry, actor: User, summary: str) -> None:
    audit.record(
        f"funds.{verb}",
        actor=actor,
        obj=entry,
        summary=summary,
        after={"amount": str(entry.amount), "fund": entry.fund, "on": str(entry.on)},
    )
