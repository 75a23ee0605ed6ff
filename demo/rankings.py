"""Weekly reports of the townships, and every ranking that is due, published in the afternoon."""

import datetime
from decimal import Decimal

from collection.cash.notices import queue_warnings
from config import clock
from core.regions.models import Region
from demo.world import World
from reporting.rankings.rewards import Tier
from reporting.rankings.services import correct_ranking, next_number, publish_ranking
from reporting.rankings.snapshots import build_snapshot, snapshots_due
from reporting.rankings.tiers import set_reward_tiers
from reporting.reports.services import send_report
from subsidies.campaigns.targets import set_targets

PRACTICES = (
    "包村干部每晚入户，对外出务工户用视频核对身份证后代收，一次办结。",
    "在村党群服务中心设专柜，每天公布各组进度，组长当天销号。",
    "利用集市日摆摊宣传，现场解答待遇等待期和连续参保激励政策。",
)
PROBLEMS = (
    "部分户主外出，电话联系不上；个别身份证到期，申报被退回。",
    "边远村去银行不便，缴存容易超过五天。",
    "有群众认为没生病不划算，仍在观望。",
)
SUGGESTIONS = ("请医保局统一发放政策明白纸。", "建议农商行每周到边远村上门收款一次。", "")


def send_reports(world: World, day: datetime.date) -> None:
    """Send the townships' reports of the last three weeks; in the last one some have not sent theirs yet."""
    report = world.campaign.policy.report
    if report is None or day.isoweekday() != report.day or day < world.county.list_days[1]:
        return
    for order, (code, team) in enumerate(world.teams.items()):
        if day == world.county.last_day and order % 3 == 1:
            continue
        send_report(
            campaign=world.campaign,
            township=Region.objects.get(code=code),
            practice=PRACTICES[order % 3],
            problem=PROBLEMS[(order + 1) % 3],
            suggestion=SUGGESTIONS[order % 3],
            actor=team[0],
        )


def publish_due(world: World, now: datetime.datetime) -> None:
    """Build and publish every ranking that is due, under the bureau's next number."""
    for kind, as_of in snapshots_due(campaign=world.campaign, now=now):
        snapshot = build_snapshot(campaign=world.campaign, kind=kind, as_of=as_of)
        publish_ranking(snapshot=snapshot, number=next_number(world.campaign), actor=world.bureau)


def correct_newest(world: World, day: datetime.date) -> None:
    """Correct the newest ranking: a village's task was entered wrong and is put right an hour before."""
    newest = world.campaign.rankings.filter(kind__in=("weekly", "daily")).order_by("-as_of", "-version").first()
    plan = world.of_township(world.county.township)[1]
    if newest is None:
        return
    row = next(row for row in newest.villages if row["code"] == plan.code)
    set_targets(
        campaign=world.campaign,
        people={plan.code: row["task"] + 3},
        source="任务分解表更正：该村任务数录入有误",
        actor=world.bureau,
    )
    clock.move_to(world.county.at(day, 11))
    reason = f"{row['name']}任务数录入有误，按任务分解表更正"
    correct_ranking(ranking=newest, reason=reason, actor=world.second)


def set_prizes(world: World, day: datetime.date) -> None:
    """Set the prizes where the policy has rewards (内政办〔2024〕 六（四）: 300,000 yuan in three tiers)."""
    if world.campaign.policy.rewards is None:
        return
    prizes = (("一等奖", 1, 2, 50_000), ("二等奖", 3, 5, 30_000), ("三等奖", 6, 10, 20_000))
    tiers = [Tier(name, first, last, Decimal(amount)) for name, first, last, amount in prizes]
    set_reward_tiers(campaign=world.campaign, tiers=tiers, actor=world.bureau)


def warn(world: World, day: datetime.date) -> None:
    """Queue the day's warnings of cash that is due or late, as the hourly task would."""
    queue_warnings(campaign=world.campaign, as_of=day)
