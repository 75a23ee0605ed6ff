"""A village that comes under another township in mid-campaign.

It gets a new code there. What was paid before keeps the old code: it is history, and counts where the village stood
until the move, from then on in the new township (reporting/services/counting.py). People, households, tasks and
accounts go with the village.
"""

from django.db import transaction

from collection.models import Contribution, VillageAccount
from residents import audit
from residents.models import Household, Region, Resident, User
from subsidies.models import Campaign, Target
from subsidies.services.instants import stamp
from subsidies.services.targets import set_targets

State = Contribution.State
UNFINISHED = (State.COLLECTED, State.DECLARED, State.FAILED, State.CONFIRMED)


class MoveRefused(Exception):
    """The village cannot be moved; the text says why and what to do first."""


@transaction.atomic
def move_village(*, campaign: Campaign, village: Region, township: Region, code: str, actor) -> Region:
    """Moves a village under a township of the same county and returns it under its new code. Safe to repeat.

    Refused while money of the village is still on its way: what is in hand must be banked, what is collected posted.
    """
    moment = stamp(campaign_id=campaign.pk)
    village = Region.objects.select_for_update().get(pk=village.pk)
    if village.replaced_by_id:
        if village.replaced_by_id == code:
            return village.replaced_by
        raise MoveRefused(f"{village.name}已经划走，新代码是 {village.replaced_by_id}。")
    _check(campaign, village, township, code)
    moved = Region.objects.create(code=code, name=village.name, level=Region.Level.VILLAGE, parent=township)
    people = Resident.objects.filter(village=village).update(village=moved)
    Household.objects.filter(village=village).update(village=moved)
    User.objects.filter(region=village).update(region=moved)
    task = Target.objects.filter(campaign=campaign, region=village).values_list("people", flat=True).first()
    village.replaced_by, village.replaced_at = moved, moment
    village.save(update_fields=["replaced_by", "replaced_at"])
    if task is not None:
        set_targets(
            campaign=campaign, people={village.code: None, code: task}, source=f"{village.name}划转", actor=actor
        )
    audit.record(
        "region.move", actor=actor, obj=village, summary=f"{village.name}划入{township.name}，居民 {people} 人",
        before={"code": village.code}, after={"code": code, "people": people, "task": task},
    )
    return moved


def _check(campaign, village, township, code) -> None:
    if village.level != Region.Level.VILLAGE or township.level != Region.Level.TOWNSHIP:
        raise MoveRefused("只能把一个村划入一个乡镇，请核对代码。")
    if not (village.code.startswith(campaign.county_id) and township.code.startswith(campaign.county_id)):
        raise MoveRefused(f"村和乡镇都应在{campaign.county.name}，请核对代码。")
    if len(code) != 12 or not code.isdecimal() or not code.startswith(township.code):
        raise MoveRefused(f"新代码应是 {township.code} 开头的 12 位数字，现为“{code}”。")
    if Region.objects.filter(pk=code).exists():
        raise MoveRefused(f"代码 {code} 已经有人用了，请核对。")
    account = VillageAccount.objects.select_for_update().filter(campaign=campaign, village=village).first()
    if account and (account.in_hand or account.township or account.clearing):
        raise MoveRefused(f"{village.name}还有保费没有入库，请先缴存、申报、入库再划转。")
    unfinished = Contribution.objects.filter(
        campaign=campaign, village=village, ended_at__isnull=True, state__in=UNFINISHED
    ).count()
    if unfinished:
        raise MoveRefused(f"{village.name}还有 {unfinished} 笔缴费没有入库，请先办完再划转。")
