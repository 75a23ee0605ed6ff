"""交接: a new helper takes over list, cash and receipts; both confirm the same figures, and it prints.

What is handed over is worked out whenever somebody confirms. Where it is no longer what the other one confirmed, that
confirmation is void: both sign one statement or none.
"""

from typing import Any

from django.db import transaction

from collection.cash.models import Deposit
from collection.door.models import Handover, Phone
from collection.door.selectors import blank_numbers, open_cases
from collection.money import services as money
from collection.money.models import VillageAccount
from collection.receipts.numbers import ReceiptNumber
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.accounts.services import change_account
from core.amounts import ZERO
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region
from core.text import required_text
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

State = Handover.State


@transaction.atomic
def start_handover(*, campaign: Campaign, village: Region, giver: User, taker: User, actor: User) -> Handover:
    """Begin a handover between two helpers of a village. The same again is the one that is open."""
    lock_region(village)
    for user in (giver, taker):
        if user.role != Role.VILLAGE or user.region_id != village.pk:
            raise Refused(f"{user.name}不是{village.name}的协办员账号，请先由系统管理员建立或变更账号。")
    if giver.pk == taker.pk:
        raise Refused("移交人和接收人不能是同一个账号。", "taker")
    if not taker.is_active:
        raise Refused(f"{taker.name}的账号已经停用，不能接收。", "taker")
    known: Handover | None = Handover.objects.filter(village=village, state=State.OPEN).first()
    if known:
        if (known.giver_id, known.taker_id) == (giver.pk, taker.pk):
            return known
        raise Refused(f"{known.giver.name}向{known.taker.name}的交接还没有办完，请先办完或取消。")
    made = Handover.objects.create(
        village=village,
        campaign=campaign,
        giver=giver,
        taker=taker,
        facts=facts_of(campaign=campaign, village=village),
        started_by=actor,
        started_at=clock.now(),
    )
    audit.record("handover.start", actor=actor, obj=made, summary=f"发起交接：{giver.name}移交给{taker.name}")
    return made


def facts_of(*, campaign: Campaign, village: Region) -> dict[str, Any]:
    """What passes from hand to hand now: cash, blank receipts, the list of people, and what is not finished."""
    account = VillageAccount.objects.filter(campaign=campaign, village=village).first()
    pending = Deposit.objects.filter(campaign=campaign, village=village, state=Deposit.State.PENDING)
    people = Resident.objects.filter(village=village, status=Resident.Status.ACTIVE)
    paid = people.filter(contributions__year=campaign.year, contributions__ended_at__isnull=True)
    receipts = []
    for book in blank_numbers(campaign=campaign, village=village.pk):
        first, last = (ReceiptNumber(book.prefix, serial, book.width).text for serial in (book.first, book.last))
        receipts.append([first, last, book.last - book.first + 1])
    return {
        "in_hand": str(account.in_hand if account else ZERO),
        "receipts": receipts,
        "people": people.count(),
        "unpaid": people.count() - paid.count(),
        "cases": open_cases(region=village.pk, campaign=campaign).count(),
        "pending": pending.count(),
    }


@transaction.atomic
def confirm_handover(*, handover: Handover, actor: User, absent_reason: str = "") -> Handover:
    """Confirm as the one who gives or takes; the township for a giver who cannot come, with the reason. Safe to repeat.

    Once both have confirmed the same facts, the giver's account and phones are closed.
    """
    money.lock_accounts(campaign=handover.campaign, villages=[handover.village_id])
    handover = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("village", "campaign", "giver", "taker", "started_by")
        .get(pk=handover.pk)
    )
    if handover.state != State.OPEN:
        return handover
    facts = facts_of(campaign=handover.campaign, village=handover.village)
    if facts != handover.facts:
        handover.facts, handover.given_by, handover.given_at, handover.taken_at = facts, None, None, None
    _sign(handover, actor, absent_reason)
    if handover.given_at and handover.taken_at:
        handover.state = State.DONE
        _close_giver(handover)
    handover.save()
    audit.record(
        "handover.confirm",
        actor=actor,
        obj=handover,
        summary=f"确认交接 {handover.giver.name}→{handover.taker.name}，{handover.get_state_display()}",
        after=facts,
    )
    return handover


def _sign(handover: Handover, actor: User, absent_reason: str) -> None:
    moment = clock.now()
    if actor.pk == handover.taker_id:
        handover.taken_at = moment
    elif actor.pk == handover.giver_id:
        handover.given_by, handover.given_at, handover.absent_reason = actor, moment, ""
    elif actor.role == Role.TOWNSHIP:
        handover.absent_reason = required_text(absent_reason, "移交人不能到场的原因")
        handover.given_by, handover.given_at = actor, moment
    else:
        raise Refused("只有移交人、接收人和乡镇专班能确认这次交接。")


def _close_giver(handover: Handover) -> None:
    phones = Phone.objects.filter(user=handover.giver, village=handover.village, cut_off_at__isnull=True)
    phones.update(cut_off_at=clock.now(), cut_off_by=handover.started_by, cut_off_reason="工作已移交")
    if handover.giver.is_active:
        change_account(user=handover.giver, actor=handover.started_by, is_active=False)


@transaction.atomic
def withdraw_handover(*, handover: Handover, actor: User) -> Handover:
    """Give up a handover that is not done. Safe to repeat."""
    handover = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
    if handover.state == State.OPEN:
        handover.state = State.WITHDRAWN
        handover.save(update_fields=["state"])
        audit.record("handover.withdraw", actor=actor, obj=handover, summary=f"取消交接 {handover}")
    return handover
