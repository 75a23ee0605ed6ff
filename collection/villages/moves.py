"""A village that comes under another township in mid-campaign.

It gets a new code there. What was paid before keeps the old code: it is history, and counts where the village stood
until the move, from then on in the new township (reporting/progress/counting.py). People, households, tasks and
accounts go with the village.
"""

from dataclasses import dataclass

from django.db import transaction

from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.declarations.models import DeclarationRow
from collection.ledgers.models import LedgerBatch
from collection.money import services as money
from collection.money.models import VillageAccount
from collection.notices.models import PublicNotice
from collection.receipts.models import Receipt, ReceiptBook
from collection.receipts.selectors import highest_spent, village_books
from collection.refunds.models import Refund
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region
from residents.people.models import Household, Resident
from residents.people.villages import hand_over_people
from residents.register.models import RegisterBatch
from subsidies.campaigns.models import Campaign, Target
from subsidies.campaigns.targets import set_targets
from subsidies.campaigns.watermark import next_timestamp

State = Contribution.State
UNFINISHED = (State.COLLECTED, State.DECLARED, State.FAILED, State.CONFIRMED)
OPEN_LEDGERS = (LedgerBatch.State.READING, LedgerBatch.State.CHECKED, LedgerBatch.State.CONFIRMING)
OPEN_REFUNDS = (Refund.State.REQUESTED, Refund.State.FIRST_PASSED)
OPEN_NOTICES = (PublicNotice.State.PREPARED, PublicNotice.State.POSTED)


@transaction.atomic
def move_village(*, campaign: Campaign, village: Region, township: Region, code: str, actor: User | None) -> Region:
    """Moves a village under a township of the same county and returns it under its new code. Safe to repeat.

    Refused while money of the village is still on its way: what is in hand must be banked, what is collected posted.
    """
    moment = next_timestamp(campaign_id=campaign.pk)
    money.lock_accounts(campaign=campaign, villages=[village.pk])
    lock_region(campaign.county)
    lock_region(village)
    village = Region.objects.get(pk=village.pk)
    if village.replaced_by:
        if village.replaced_by_id == code:
            return village.replaced_by
        raise Refused(f"{village.name}已经划走，新代码是 {village.replaced_by_id}。")
    if refusals := _refusals(campaign, village, township, code):
        raise Refused("".join(refusals))
    moved = Region.objects.create(
        code=code, name=village.name, level=Region.Level.VILLAGE, parent=township, stands_since=moment
    )
    people = hand_over_people(old=village, new=moved)
    User.objects.filter(region=village).update(region=moved)
    task = Target.objects.filter(campaign=campaign, region=village).values_list("people", flat=True).first()
    village.replaced_by, village.replaced_at = moved, moment
    village.save(update_fields=["replaced_by", "replaced_at"])
    if task is not None:
        set_targets(
            campaign=campaign, people={village.code: None, code: task}, source=f"{village.name}划转", actor=actor
        )
    audit.record(
        "region.move",
        actor=actor,
        obj=village,
        summary=f"{village.name}划入{township.name}，居民 {people} 人",
        before={"code": village.code},
        after={"code": code, "people": people, "task": task},
    )
    return moved


@dataclass(frozen=True)
class MovePreview:
    """What a move would do: (what, how many) that go along or stay with the old code, and what forbids it."""

    goes: list[tuple[str, int]]
    stays: list[tuple[str, int]]
    refusals: list[str]


def preview_move(*, campaign: Campaign, village: Region, township: Region, code: str) -> MovePreview:
    """Counts what `move_village` would move and leave; writes nothing."""
    of_campaign = {"campaign": campaign, "village": village}
    task = Target.objects.filter(campaign=campaign, region=village).values_list("people", flat=True).first()
    goes = [
        ("居民", Resident.objects.filter(village=village).count()),
        ("户", Household.objects.filter(village=village).count()),
        ("账号", User.objects.filter(region=village).count()),
        ("征缴任务（人）", task or 0),
    ]
    stays = [
        ("缴费记录", Contribution.objects.filter(**of_campaign).count()),
        ("缴存回单", Deposit.objects.filter(**of_campaign).count()),
        ("申报表中的人次", DeclarationRow.objects.filter(declaration__campaign=campaign, village=village).count()),
        ("已用收据", Receipt.objects.filter(**of_campaign).count()),
    ]
    return MovePreview(goes, stays, _refusals(campaign, village, township, code))


def _refusals(campaign: Campaign, village: Region, township: Region, code: str) -> list[str]:
    """Everything that forbids the move, each with what to do first."""
    if village.level != Region.Level.VILLAGE or township.level != Region.Level.TOWNSHIP:
        return ["只能把一个村划入一个乡镇，请核对代码。"]
    if not (village.code.startswith(campaign.county_id) and township.code.startswith(campaign.county_id)):
        return [f"村和乡镇都应在{campaign.county.name}，请核对代码。"]
    found = []
    if village.replaced_by_id:
        found.append(f"{village.name}已经划走，新代码是 {village.replaced_by_id}。")
    if village.parent_id == township.code:
        found.append(f"{village.name}本来就在{township.name}，不用划转。")
    if len(code) != 12 or not (code.isascii() and code.isdecimal()) or not code.startswith(township.code):
        found.append(f"新代码应是 {township.code} 开头的 12 位数字，现为“{code}”。")
    elif Region.objects.filter(pk=code).exists():
        found.append(f"代码 {code} 已经有人用了，请核对。")
    return found + on_the_way(campaign, village)


def on_the_way(campaign: Campaign, village: Region) -> list[str]:
    """What is not finished under the old code, and would be left behind."""
    found, name = [], village.name
    account = VillageAccount.objects.filter(campaign=campaign, village=village).first()
    if account and (account.in_hand or account.township or account.clearing):
        found.append(f"{name}还有保费没有入库，请先缴存、申报、入库再划转。")
    waiting = (
        (Contribution, {"ended_at__isnull": True, "state__in": UNFINISHED}, "{} 笔缴费没有入库，请先办完再划转"),
        (Deposit, {"state": Deposit.State.PENDING}, "{} 张缴存回单待核验，请先核验或退回"),
        (LedgerBatch, {"state__in": OPEN_LEDGERS}, "{} 份台账没有办完，请先确认或撤回"),
        (Refund, {"state__in": OPEN_REFUNDS}, "{} 笔退费没有办完，请先审结"),
        (PublicNotice, {"state__in": OPEN_NOTICES}, "{} 份公示没有结束，请先结束或撤下"),
    )
    for model, unfinished, says in waiting:
        if count := model.objects.filter(campaign=campaign, village=village, **unfinished).count():
            found.append(f"{name}还有 {says.format(count)}。")
    if RegisterBatch.objects.filter(county=campaign.county, state=RegisterBatch.State.CONFIRMING).exists():
        found.append("居民登记册正在写入，请等写完再划转。")
    if unused := [book.text for book in village_books(campaign=campaign, village=village.code) if _has_unused(book)]:
        found.append(f"{name}还有没用完的收据本（{'、'.join(unused[:3])}），请先交回，划转后由新的乡镇发放。")
    return found


def _has_unused(book: ReceiptBook) -> bool:
    highest = highest_spent(book)
    return (book.first - 1 if highest is None else highest) < book.end
