"""The cash: when a village deposits it, on which slip, and who verifies it."""

import datetime

from collection.cash.services import record_deposit, verify_deposit
from collection.money.models import VillageAccount
from demo.counties import DAY
from demo.slips import drawn_slip
from demo.world import World

#: After how many days a village goes to the bank; 内乡 allows five (内政办〔2024〕 四（一）5).
IN_TIME, LATE = 4, 9
#: Where the helper goes on the same day.
NEAR_THE_LIMIT = 8000


def deposit_cash(world: World, day: datetime.date) -> None:
    """Deposit what the villages take to the bank on this day; slips of the last two days are not yet verified."""
    campaign = world.campaign
    in_hand = dict(VillageAccount.objects.filter(campaign=campaign, in_hand__gt=0).values_list("village_id", "in_hand"))
    accounts = campaign.policy.deposit_accounts
    account = accounts.names[0] if accounts else "乡镇财政所账户"
    for order, plan in enumerate(world.plans):
        cash = in_hand.get(plan.code)
        if not cash:
            plan.oldest_cash = None
            continue
        plan.oldest_cash = plan.oldest_cash or day
        waited = (day - plan.oldest_cash).days
        if waited < (LATE if plan.late else IN_TIME) and (plan.late or cash < NEAR_THE_LIMIT):
            continue
        reviewer, *_, recorder = world.teams[plan.township]
        slip = f"NS{day:%m%d}{order:04d}"
        deposit = record_deposit(
            campaign=campaign,
            village=plan.code,
            slip_no=slip,
            paid_on=day,
            amount=cash,
            account=account,
            photo=drawn_slip("现金缴款回单", 回单号=slip, 日期=f"{day}", 金额=f"{cash:,} 元", 存入账户=account),
            actor=world.helpers.get(plan.code, recorder),
        )
        if day < world.county.last_day - DAY:
            verify_deposit(deposit=deposit, actor=reviewer)
        plan.oldest_cash = None
