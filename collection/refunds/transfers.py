"""Refunds paid by the bank: a file for many at once, its answers read back, what the bank returns open again.

The second review books the money as gone. What the bank sends back is booked back, and the refund waits for the
second review anew, with another account. A refund stands in one file at a time and is paid once.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from collection.money import services as money
from collection.money.models import Movement
from collection.money.steps import refuse_closed
from collection.refunds.models import Refund, RefundTransfer
from collection.refunds.transfer_sheet import BankLine
from config import clock
from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.refusals import Refused
from core.tables.lists import ListNote
from core.text import required_text
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

State = Refund.State


@dataclass
class Answered:
    """What a file of the bank's answers brought."""

    paid: int = 0
    returned: int = 0
    known: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: list[ListNote] = field(default_factory=list)


def to_transfer(campaign: Campaign) -> QuerySet[Refund]:
    """Return the refunds that both have reviewed and no file of the bank holds yet."""
    return Refund.objects.filter(campaign=campaign, state=State.PAID, transfer__isnull=True).exclude(payee_account="")


@transaction.atomic
def make_transfer(*, campaign: Campaign, actor: User) -> RefundTransfer:
    """Put every refund that waits for the bank into a new file. Raises Refused if there is none."""
    if actor.role != Role.COUNTY:
        raise Refused(f"付款批次由{actor.county_word}医保局生成。")
    refuse_closed(campaign)
    lock_campaign(campaign)  # two who press at once make one file
    waiting = list(to_transfer(campaign).select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not waiting:
        raise Refused("没有待付款的退费。复核通过并填了收款账号的才能列入。")
    rows = Refund.objects.filter(pk__in=waiting)
    numbers = RefundTransfer.objects.filter(campaign=campaign).aggregate(last=Max("number"))
    transfer = RefundTransfer.objects.create(
        campaign=campaign,
        number=(numbers["last"] or 0) + 1,
        count=len(waiting),
        amount=rows.aggregate(sum=Sum("amount"))["sum"] or ZERO,
        made_by=actor,
        made_at=clock.now(),
    )
    rows.update(transfer=transfer)
    audit.record(
        "refund.transfer",
        actor=actor,
        obj=transfer,
        summary=f"生成{transfer}：{transfer.count} 笔 {transfer.amount:,.2f} 元",
    )
    return transfer


@transaction.atomic
def read_answer(*, transfer: RefundTransfer, lines: list[BankLine], on: date, actor: User) -> Answered:
    """Write what the bank answers to a file; the same answers again change nothing. Raises Refused.

    A line that names no refund of this file, another amount, or the opposite of what is known is left to a person.
    """
    if actor.role != Role.COUNTY:
        raise Refused(f"银行回执由{actor.county_word}医保局导入。")
    if on > clock.today():
        raise Refused("回执日期在今天以后，请核对。")
    campaign = transfer.campaign
    money.lock_accounts(campaign=campaign, villages=transfer.refunds.values_list("village_id", flat=True))
    refuse_closed(campaign)
    refunds = {r.pk: r for r in transfer.refunds.select_for_update(of=("self",)).order_by("pk")}
    answered = Answered()
    seen: dict[int, bool | None] = {}
    for line in lines:
        problem = line.problem or _what_is_wrong(line, refunds, seen, transfer)
        if problem == "known":
            answered.known += 1
        elif problem:
            answered.problems.append((line.row, problem))
        elif line.number is not None:
            seen[line.number] = line.paid
    paid = [pk for pk, ok in seen.items() if ok and refunds[pk].transferred_on is None]
    Refund.objects.filter(pk__in=paid).update(transferred_on=on)
    answered.paid, answered.known = len(paid), answered.known + sum(map(bool, seen.values())) - len(paid)
    reasons = {line.number: line.reason for line in lines}
    for pk in [pk for pk, ok in seen.items() if not ok]:
        return_refund(refund=refunds[pk], reason=reasons[pk] or "银行退回，没有写原因", actor=actor)
        answered.returned += 1
    audit.record(
        "refund.bank_answer",
        actor=actor,
        obj=transfer,
        summary=f"导入{transfer}的银行回执：成功 {answered.paid}，退回 {answered.returned}，"
        f"以前已有 {answered.known}，未匹配 {len(answered.problems)}",
    )
    return answered


@transaction.atomic
def return_refund(*, refund: Refund, reason: str, actor: User) -> Refund:
    """The bank sent it back: the money stands again where it was taken from, and the second review is due anew.

    The account it came back from is forgotten, so that nothing goes to a closed one again before somebody has looked.
    """
    reason = required_text(reason, "退回原因", 120)
    money.lock_accounts(campaign=refund.campaign, villages=[refund.village_id])
    refund = Refund.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=refund.pk)
    if refund.state != State.PAID or refund.transfer_id is None or refund.transferred_on:
        raise Refused(f"{refund}没有等银行付款，不能登记退回。")
    booked = Movement.objects.filter(refund=refund, kind=Movement.Kind.REFUND).order_by("-pk")[:1]
    money.reverse_movements(campaign=refund.campaign, movements=booked, reason=f"银行退回：{reason}", actor=actor)
    refund.state, refund.transfer, refund.returned_reason = State.FIRST_PASSED, None, reason
    refund.returns += 1
    account, refund.payee_account = refund.payee_account, ""
    refund.second_by, refund.second_at = None, None
    changed = ["state", "transfer", "returned_reason", "returns", "payee_account", "second_by", "second_at"]
    refund.save(update_fields=changed)
    audit.record(
        "refund.returned",
        actor=actor,
        obj=refund,
        summary=f"银行退回 {refund.amount:,.2f} 元：{reason}",
        before={"payee_account": masks.mask(account)},
        after={"payee_account": ""},
    )
    return refund


def _what_is_wrong(
    line: BankLine, refunds: dict[int, Refund], seen: dict[int, bool | None], transfer: RefundTransfer
) -> str:
    refund = refunds.get(line.number or 0)
    if refund is None:
        if (
            not line.paid
            and Refund.objects.filter(
                pk=line.number or 0, campaign=transfer.campaign, returns__gt=0, amount=line.amount or ZERO
            ).exists()
        ):
            return "known"  # returned by an earlier reading of the same answers
        return f"本批没有退费单 {line.number}。"
    if refund.amount != line.amount:
        return f"退费单 {line.number} 是 {refund.amount:,.2f} 元，回执是 {line.amount:,.2f} 元。"
    if line.number in seen and seen[line.number] != line.paid:
        return f"退费单 {line.number} 在回执里有成功也有退回。"
    if refund.transferred_on and not line.paid:
        return f"退费单 {line.number} 以前的回执是成功，这次是退回，请与银行核实。"
    return ""
