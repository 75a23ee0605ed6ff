"""The cash: when a village banks it, on which slip, and who verifies it."""

import datetime

from collection.cash.services import record_deposit, verify_deposit
from collection.money.models import VillageAccount
from core.accounts.models import User
from demo.rounds import LAST_DAY, Plan
from demo.slips import drawn_slip
from subsidies.campaigns.models import Campaign

#: After how many days a village goes to the bank; the rule allows five (内政办〔2024〕, section 4(1)5).
IN_TIME, LATE = 3, 9
#: Where the helper goes on the same day.
NEAR_THE_LIMIT = 8000


def bank(
    campaign: Campaign, day: datetime.date, plans: list[Plan], helpers: dict[str, User], teams: dict[str, list[User]]
) -> None:
    """What the villages bank on this day; slips of the last day are not yet verified."""
    in_hand = dict(VillageAccount.objects.filter(campaign=campaign, in_hand__gt=0).values_list("village_id", "in_hand"))
    account = campaign.policy.deposit_accounts.names[0]
    for order, plan in enumerate(plans):
        cash = in_hand.get(plan.code)
        if not cash:
            plan.oldest = None
            continue
        plan.oldest = plan.oldest or day
        waited = (day - plan.oldest).days
        if waited < (LATE if plan.late else IN_TIME) and (plan.late or cash < NEAR_THE_LIMIT):
            continue
        reviewer, *_, recorder = teams[plan.code[:9]]
        slip = f"NS{day:%m%d}{order:04d}"
        deposit = record_deposit(
            campaign=campaign,
            village=plan.code,
            slip_no=slip,
            paid_on=day,
            amount=cash,
            account=account,
            photo=drawn_slip("现金缴款回单", 回单号=slip, 日期=f"{day}", 金额=f"{cash:,} 元", 存入账户=account),
            actor=helpers.get(plan.code, recorder),
        )
        if day < LAST_DAY:
            verify_deposit(deposit=deposit, actor=reviewer)
        plan.oldest = None
