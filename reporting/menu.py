from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Entry, Panel, Todo
from reporting.leavers import menu as leavers
from reporting.rankings.models import RankingKind, Snapshot
from reporting.rankings.selectors import newest_ranking, shown
from reporting.reports.models import TownshipReport
from reporting.reports.services import report_due
from reporting.supervision import menu as supervision
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.pages import todo_of_year
from subsidies.campaigns.selectors import current, open_campaigns, selection_of


def _reports_weekly(user: User) -> bool:
    """Whether the notice of the reader's county asks townships for a weekly report (内乡 六（二）): the menu asks."""
    campaign = current(user)
    return bool(campaign and campaign.policy.report)


ENTRIES = [
    Entry("征缴进度", "own_progress", 80),
    Entry("与上年比较", "own_comparison", 80),
    Entry("排名与通报", "ranking_list", 82),
    Entry("乡镇周报", "report_write", 83, shown_to=_reports_weekly),
    Entry("乡镇周报", "report_overview", 83, shown_to=_reports_weekly),
    *supervision.ENTRIES,
    *leavers.ENTRIES,
]


def todos(user: User) -> list[Asked]:
    """What rankings and reports ask of this person today."""
    if not user.scope_prefix:
        return []
    supervised = _supervised(user)
    if user.role == Role.COUNTY:
        return _to_publish(user) + supervised
    if user.role == Role.TOWNSHIP:
        return _to_report(user) + supervised
    if user.role == Role.LEADER:
        return _to_read(user) + supervised
    if user.role == Role.TAX:
        return _to_sign(user) + supervised
    return supervised


def _supervised(user: User) -> list[Asked]:
    campaigns = open_campaigns(user)
    topics = (supervision, leavers)
    asked = [(campaign, todo) for campaign in campaigns for topic in topics for todo in topic.todos(user, campaign)]
    return [todo if len(campaigns) == 1 else todo_of_year(todo, campaign.year) for campaign, todo in asked]


def panel(user: User) -> Panel | None:
    """Whoever answers for the figures sees on the first page how far the county is."""
    newest = newest_ranking(user) if user.role in (Role.LEADER, Role.COUNTY, Role.TOWNSHIP) else None
    if newest is None:
        return None
    return Panel("reporting/rankings/home_ranking.html", shown(user, newest, "reporting/rankings/_headline.html"))


def _to_publish(user: User) -> list[Todo]:
    waiting = Snapshot.objects.for_user(user).filter(ranking=None, known_at__lte=clock.now())
    return [
        _of_its_year(
            user,
            snapshot,
            Todo(
                f"{snapshot.get_kind_display()}（截至{_day(snapshot.as_of)}）已生成，待发布",
                reverse("snapshot", args=[snapshot.pk]),
                urgent=_day(snapshot.as_of) == _day(clock.now()),
            ),
        )
        for snapshot in waiting.select_related("campaign")[:5]
    ]


def _to_sign(user: User) -> list[Todo]:
    """Final figures, and their corrections, that the tax bureau has not signed."""
    waiting = Snapshot.objects.for_user(user).filter(ranking=None, kind=RankingKind.FINAL)
    return [
        _of_its_year(
            user,
            snapshot,
            Todo(
                f"最终结果（截至{_day(snapshot.as_of)}）待{user.county_word}税务局签认最终参保人数",
                reverse("snapshot", args=[snapshot.pk]),
                button="去签认",
            ),
        )
        for snapshot in waiting.exclude(signatures__office=Role.TAX).select_related("campaign")[:5]
    ]


def _of_its_year(user: User, snapshot: Snapshot, todo: Todo) -> Todo:
    return todo_of_year(todo, snapshot.campaign.year) if selection_of(user).several else todo


def _to_report(user: User) -> list[Todo]:
    campaigns = open_campaigns(user)
    asked = [(campaign, todo) for campaign in campaigns for todo in _report_of(user, campaign)]
    return [todo if len(campaigns) == 1 else todo_of_year(todo, campaign.year) for campaign, todo in asked]


def _report_of(user: User, campaign: Campaign) -> list[Todo]:
    due = report_due(campaign)
    if due is None or TownshipReport.objects.for_user(user).filter(campaign=campaign, due_at=due).exists():
        return []
    late, today = clock.now() > due, _day(due) == _day(clock.now())
    text = f"乡镇周报应于{_day(due)} {timezone.localtime(due):%H:%M} 前报送" + ("，已超时，请尽快补报" if late else "")
    return [Todo(text, reverse("report_write"), urgent=late or today)]


def _to_read(user: User) -> list[Todo]:
    newest = newest_ranking(user)
    if newest is None:
        return []
    says = f"{newest.get_kind_display()}（截至{_day(newest.as_of)}）已发布，请查看"
    return [Todo(says, reverse("ranking", args=[newest.pk]), button="去查看")]


def _day(instant: datetime) -> str:
    return f"{timezone.localtime(instant):%-m月%-d日}"
