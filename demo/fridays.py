"""Fridays: the townships report in the morning, the ranking is built at noon and published in the afternoon."""

import datetime

from core.accounts.models import User
from core.regions.models import Region
from reporting.rankings.services import next_number, publish_ranking
from reporting.rankings.snapshots import build_snapshot, snapshots_due
from reporting.reports.services import send_report
from subsidies.campaigns.models import Campaign

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
SUGGESTIONS = ("请县医保局统一发放政策明白纸。", "建议农商行每周到边远村上门收款一次。", "")


def report(campaign: Campaign, teams: dict[str, list[User]], *, last_week: bool) -> None:
    """The townships' reports; this week some have not sent theirs yet."""
    for order, (code, team) in enumerate(sorted(teams.items())):
        if last_week and order % 3 == 1:
            continue
        send_report(
            campaign=campaign,
            township=Region.objects.get(code=code),
            practice=PRACTICES[order % 3],
            problem=PROBLEMS[(order + 1) % 3],
            suggestion=SUGGESTIONS[order % 3],
            actor=team[0],
        )


def publish(campaign: Campaign, now: datetime.datetime, bureau: User) -> None:
    """Every ranking that is due, built and published under the office's next number."""
    for kind, as_of in snapshots_due(campaign=campaign, now=now):
        snapshot = build_snapshot(campaign=campaign, kind=kind, as_of=as_of)
        publish_ranking(snapshot=snapshot, number=next_number(campaign), actor=bureau)
