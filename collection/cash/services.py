"""缴存: a village banks its cash; one person records the slip, another verifies it.

Recording stops the village's clock from the slip's date on; verifying moves the money to the township account. A slip
that is wrong is rejected with a reason, before or after it was verified, and counts as if it had never been.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from collection.cash.models import Deposit
from collection.duties import services as duties
from collection.money import services as money
from collection.money.models import Movement
from collection.slip_photos.services import ask_for_reading
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.regions.services import replaced_region_error
from core.text import clean_text
from subsidies.campaigns.models import Campaign

State = Deposit.State
LARGEST = Decimal("9999999.99")


def normalize_slip_no(slip_no: str) -> str:
    """The one written form of a slip's number: half-width, capitals, no spaces or dashes."""
    return re.sub(r"[\s\-—]", "", unicodedata.normalize("NFKC", slip_no)).upper()


@transaction.atomic
def record_deposit(
    *,
    campaign: Campaign,
    village: str,
    slip_no: str,
    paid_on: date,
    amount: Decimal,
    account: str,
    photo: Photo,
    actor: User,
) -> Deposit:
    """Records a slip, to be verified by another person. The same slip sent twice (a second click) is the first one.

    Raises Refused for a slip number that is used already, a day in the future or before the campaign's period,
    an amount that is not one, or a closed campaign.
    """
    slip_no, account = normalize_slip_no(slip_no), clean_text(account, "账户", 60)
    money.lock_accounts(campaign=campaign, villages=[village])
    _check(campaign, slip_no, paid_on, amount, account)
    if gone := replaced_region_error([village]):
        raise Refused(gone)
    known = Deposit.objects.exclude(state=State.REJECTED).filter(campaign=campaign, slip_no=slip_no).first()
    if known is not None:
        if _is_same(known, village, paid_on, amount, photo, actor):
            return known
        raise Refused(_used_already(known, village))
    kept = store_photo(photo=photo, name=f"回单{slip_no}", region=village, actor=actor)
    deposit = Deposit(
        campaign=campaign,
        village_id=village,
        slip_no=slip_no,
        paid_on=paid_on,
        amount=amount,
        account=account,
        photo=kept,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    try:
        with transaction.atomic():
            deposit.save(force_insert=True)
    except IntegrityError:  # another village has just recorded this slip
        kept.file.delete(save=False)
        known = Deposit.objects.exclude(state=State.REJECTED).get(campaign=campaign, slip_no=slip_no)
        raise Refused(_used_already(known, village)) from None
    duties.refresh(campaign=campaign, villages=[village])
    ask_for_reading(photo=kept, actor=actor)
    audit.record(
        "deposit.record",
        actor=actor,
        obj=deposit,
        summary=f"登记缴存 {amount:,.2f} 元（回单 {slip_no}，{paid_on}）",
        after=_facts(deposit),
    )
    return deposit


@transaction.atomic
def verify_deposit(*, deposit: Deposit, actor: User) -> Deposit:
    """Confirms that the money is in the township account and moves it there. A second click changes nothing.

    Raises Refused for the person who recorded it, and for a slip rejected meanwhile.
    """
    money.lock_accounts(campaign=deposit.campaign, villages=[deposit.village_id])
    deposit = _locked(deposit)
    if deposit.state == State.VERIFIED:
        return deposit
    if deposit.state == State.REJECTED:
        raise Refused(f"回单 {deposit.slip_no} 已退回（{deposit.reject_reason}），不能再核验。")
    if deposit.recorded_by_id == actor.pk:
        raise Refused("登记人不能核验自己登记的回单，请另一位同事核验。")
    deposit.state, deposit.verified_by, deposit.verified_at = State.VERIFIED, actor, clock.now()
    deposit.save(update_fields=["state", "verified_by", "verified_at"])
    money.record_movements(
        campaign=deposit.campaign,
        facts=[
            money.Fact(
                key=f"deposit:{deposit.pk}",
                kind=Movement.Kind.DEPOSIT,
                village=deposit.village_id,
                amount=deposit.amount,
                on=deposit.paid_on,
                deposit_id=deposit.pk,
            )
        ],
        actor=actor,
    )
    audit.record(
        "deposit.verify",
        actor=actor,
        obj=deposit,
        summary=f"核验缴存 {deposit.amount:,.2f} 元（回单 {deposit.slip_no}）",
        before={"state": State.PENDING.value},
        after={"state": State.VERIFIED.value},
    )
    return deposit


@transaction.atomic
def reject_deposit(*, deposit: Deposit, reason: str, actor: User) -> Deposit:
    """Takes a wrong slip out, with its reason; if it was verified its movement is reversed. Twice changes nothing.

    A helper takes out only the own slips, until they are verified. Raises Refused if the money has been remitted
    meanwhile.
    """
    if not (reason := clean_text(reason, "原因", 200)):
        raise Refused("退回必须写明原因，以便村里改正。")
    campaign = deposit.campaign
    money.lock_accounts(campaign=campaign, villages=[deposit.village_id])
    deposit = _locked(deposit)
    if deposit.state == State.REJECTED:
        return deposit
    if actor.role == Role.VILLAGE and (deposit.state != State.PENDING or deposit.recorded_by_id != actor.pk):
        raise Refused("只能撤回自己登记、还没有核验的回单；已核验的请联系乡镇专班退回。")
    before, deposit.state, deposit.reject_reason = deposit.state, State.REJECTED, reason
    deposit.save(update_fields=["state", "reject_reason"])
    movements = Movement.objects.filter(deposit=deposit, kind=Movement.Kind.DEPOSIT)
    money.reverse_movements(campaign=campaign, movements=movements, reason=f"回单退回：{reason}", actor=actor)
    duties.refresh(campaign=campaign, villages=[deposit.village_id])
    audit.record(
        "deposit.reject",
        actor=actor,
        obj=deposit,
        summary=f"退回缴存 {deposit.amount:,.2f} 元（回单 {deposit.slip_no}）：{reason}",
        before={"state": before},
        after={"state": State.REJECTED.value, "reason": deposit.reject_reason},
    )
    return deposit


def _locked(deposit: Deposit) -> Deposit:
    rows = Deposit.objects.select_for_update(of=("self",)).select_related("campaign", "village")
    return rows.get(pk=deposit.pk)


def _check(campaign: Campaign, slip_no: str, paid_on: date, amount: Decimal, account: str) -> None:
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再登记缴存。")
    if not 4 <= len(slip_no) <= 40:
        raise Refused("请按银行回单填写回单号（4 到 40 位字母和数字）。")
    if not 0 < amount <= LARGEST or amount != amount.quantize(ZERO):
        raise Refused("金额应大于 0、不超过 9999999.99 元，最多两位小数，按回单填写。")
    if paid_on > clock.today():
        raise Refused(f"回单日期 {paid_on} 还没有到，请按回单上的日期填写。")
    if paid_on < campaign.policy.period.start:
        raise Refused(f"回单日期 {paid_on} 早于本年度征缴开始日 {campaign.policy.period.start}，请核对。")
    if not account:
        raise Refused("请选择存入的账户。")


def _is_same(known: Deposit, village: str, paid_on: date, amount: Decimal, photo: Photo, actor: User) -> bool:
    return (known.village_id, known.paid_on, known.amount, known.recorded_by_id) == (
        village,
        paid_on,
        amount,
        actor.pk,
    ) and known.photo.sha256 == photo.sha256


def _used_already(known: Deposit, village: str) -> str:
    if known.village_id == village:
        where = f"本村在 {known.paid_on} 缴存 {known.amount:,.2f} 元，{known.get_state_display()}"
    else:
        where = f"由{known.village}登记"
    return (
        f"回单号 {known.slip_no} 已经用过（{where}），同一张回单不能登记两次，请核对。"
        "如果是两家银行的回单碰巧同号，请在号码前加银行名称，例如“农商0001”。"
    )


def _facts(deposit: Deposit) -> dict[str, Any]:
    return {
        "slip_no": deposit.slip_no,
        "paid_on": deposit.paid_on.isoformat(),
        "amount": str(deposit.amount),
        "account": deposit.account,
    }
