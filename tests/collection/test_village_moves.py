"""A village that comes under another township in mid-campaign: refused while money is on its way, then whole."""

import datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from collection.models import Contribution, VillageAccount
from collection.services.village_moves import MoveRefused, move_village
from residents.models import Event, Household, Region
from subsidies.models import Target
from subsidies.services.targets import set_targets

TOWNSHIP, NEW = "411325102", "411325102999"


@pytest.fixture
def village(campaign):
    return Region.objects.filter(parent_id="411325101").first()


def move(campaign, village, code=NEW, township=TOWNSHIP):
    return move_village(
        campaign=campaign, village=village, township=Region.objects.get(pk=township), code=code, actor=None
    )


def pay(campaign, resident, **fields):
    return Contribution.objects.create(
        campaign=campaign, resident=resident, year=2025, village_id=resident.village_id, channel="cash",
        amount=Decimal(400), standard=Decimal(400), subsidy=Decimal(0), category="普通居民", clause="三（二）",
        policy_version=campaign.policy_version, paid_on=datetime.date(2024, 10, 1),
        recorded_at="2024-10-01T10:00+08:00", **fields,
    )


def test_people_households_task_and_helper_go_along(campaign, village, make_resident, make_user):
    resident, helper = make_resident(village.code), make_user("village", village.code)
    household = Household.objects.create(village=village, number="1")
    paid = pay(campaign, resident, state="posted", posted_at="2024-10-02T10:00+08:00")
    set_targets(campaign=campaign, people={village.code: 50}, source="任务表", actor=None)
    moved = move(campaign, village)
    for row in (resident, household, helper, village, paid):
        row.refresh_from_db()
    assert (resident.village_id, household.village_id, helper.region_id) == (NEW, NEW, NEW)
    assert (village.replaced_by_id, village.replaced_at is None) == (NEW, False)
    assert paid.village_id == village.code
    assert dict(Target.objects.values_list("region_id", "people")) == {NEW: 50}
    assert Event.objects.filter(action="region.move").count() == 1
    assert move(campaign, village) == moved
    assert Event.objects.filter(action="region.move").count() == 1


def test_money_on_its_way_must_arrive_first(campaign, village, make_resident):
    paid = pay(campaign, make_resident(village.code))
    with pytest.raises(MoveRefused, match="1 笔缴费没有入库"):
        move(campaign, village)
    paid.delete()
    VillageAccount.objects.create(campaign=campaign, village=village, collected=400, in_hand=400)
    with pytest.raises(MoveRefused, match="没有入库"):
        move(campaign, village)
    assert not Region.objects.filter(pk=NEW).exists()


@pytest.mark.parametrize(
    ("code", "township", "says"),
    [("411325103999", TOWNSHIP, "开头的 12 位"), ("41132510299", TOWNSHIP, "开头的 12 位"),
     ("taken", TOWNSHIP, "已经有人用了"), (NEW, "village", "只能把一个村")],
)
def test_what_makes_no_sense_is_refused(code, township, says, campaign, village):
    sibling = Region.objects.filter(parent_id=TOWNSHIP).first().code
    code, township = (sibling if code == "taken" else code), (sibling if township == "village" else township)
    with pytest.raises(MoveRefused, match=says):
        move(campaign, village, code, township)


def test_the_command(campaign, village, capsys):
    call_command("move_village", village.code, TOWNSHIP, NEW, policy="411325-2025")
    assert NEW in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有这个区划"):
        call_command("move_village", "411325999999", TOWNSHIP, NEW, policy="411325-2025")
