"""The rows of the surface: one pattern for county, township and village; a constant number of statements.

What stands at risk leads to the villages it stands for: `risk` shows them alone, from the whole county at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from collection.tallies.selectors import people_at
from core.access.roles import Role
from core.accounts.models import Position, User
from core.regions.models import Region
from reporting.progress.charts import sparkline
from reporting.progress.counting import Cutoff, Tree, tree_at, within
from reporting.progress.goals import percent, stages_of
from reporting.progress.selectors import Progress, RegionProgress, cutoff_now
from reporting.rankings.models import Ranking, SnapshotRow
from reporting.rankings.selectors import newest_ranking
from reporting.surface.forecast import PACE_DAYS, Forecast, forecast, people_to_overtake, share_due
from subsidies.campaigns.models import Campaign

#: How many weeks a small trend looks back on.
WEEKS = 6
#: The orders a reader can choose: key → what it is called.
SORTS = {
    "worst": "完成率低的在前",
    "gained": "近七日少的在前",
    "late": "逾期资金多的在前",
    "missing": "特殊群体缺的在前",
    "rank": "按通报名次",
    "name": "按区划",
}


#: What the rows can be narrowed to: key → heading, and whether a row belongs to it.
RISKS: dict[str, tuple[str, Callable[["SurfaceRow"], bool]]] = {
    "behind": ("按目前进度不能按期达标", lambda row: row.forecast is not None and row.forecast.kind != "ok"),
    "late": ("现金逾期未缴存的村", lambda row: bool(row.progress.late)),
    "missing": ("特殊群体有人未参保的村", lambda row: bool(row.progress.groups.missing)),
    "zero": ("没有人缴费的村", lambda row: not row.progress.tally.collected),
}
#: Those that are said of villages, whatever region is looked at.
OF_VILLAGES = frozenset({"late", "missing", "zero"})


@dataclass(frozen=True)
class Contact:
    name: str
    phone: str


@dataclass(frozen=True)
class SurfaceRow:
    """One region: what is drawn of it. Widths in hundredths of the task, cut at 100."""

    progress: RegionProgress
    rate: str
    collected_width: int
    posted_width: int
    goal_at: int | None
    forecast: Forecast | None
    trend: str
    contact: Contact | None
    rank: int | None = None

    @property
    def kind(self) -> str:
        return "bad" if self.progress.late else self.forecast.kind if self.forecast else "off"


@dataclass(frozen=True)
class Published:
    """A region in the newest published ranking. `to_next`: people to the rank ahead, None for the first."""

    ranking: Ranking
    as_of: str
    rate: str
    rank: int | None
    of: int
    to_next: int | None


@dataclass(frozen=True)
class Surface:
    """`at_risk`: key of RISKS → how many stand there; of villages, or for `missing` of people."""

    whole: SurfaceRow
    rows: list[SurfaceRow]
    sort: str
    risk: str
    at_risk: dict[str, int]
    published: Published | None
    due: str
    due_gap: int | None
    by_last_year: bool


def surface(
    *, user: User, campaign: Campaign, region: Region, progress: Progress, sort: str = "worst", risk: str = ""
) -> Surface:
    """The surface of a region: itself and the lines of its progress, worst first; with `risk` those at risk alone."""
    cutoff = cutoff_now(campaign)
    tree = tree_at(campaign, cutoff.as_of)
    history = _history(campaign, cutoff, tree, region.code)
    contacts = _contacts(user, [region.code, *(line.region.code for line in progress.lines)])
    ranking = newest_ranking(user)
    ranks = _ranks(ranking, region)
    today = timezone.localtime(cutoff.as_of).date()

    def row(line: RegionProgress) -> SurfaceRow:
        code = line.region.code
        found = _row(line, progress, history.get(code, []), contacts.get(code), today)
        return replace(found, rank=ranks.get(code))

    whole = row(progress.whole)
    last_year = last_year_curve(campaign)
    start = campaign.policy.period.start
    due = share_due(stages_of(campaign.policy), start=start, today=today, last_year=last_year)
    task = progress.whole.task
    rows = sorted((row(line) for line in progress.lines), key=_ORDERS.get(sort, _ORDERS["worst"]))
    at_risk = {
        "behind": sum(map(RISKS["behind"][1], rows)),
        "late": progress.whole.villages_late,
        "missing": progress.whole.groups.missing,
        "zero": progress.whole.villages_at_zero,
    }
    return Surface(
        whole=whole,
        rows=[row for row in rows if RISKS[risk][1](row)] if risk in RISKS else rows,
        sort=sort if sort in SORTS else "worst",
        risk=risk if risk in RISKS else "",
        at_risk=at_risk,
        published=_published(ranking, region),
        due=percent(due.numerator, due.denominator) if due is not None else "",
        due_gap=max(0, int(due * task) - progress.whole.done) if due is not None and task else None,
        by_last_year=bool(last_year),
    )


def _completion(row: SurfaceRow) -> Fraction:
    """Without a task, behind everybody."""
    line = row.progress
    return Fraction(line.done, line.task) if line.task else Fraction(10**6)


_ORDERS = {
    "worst": lambda row: (_completion(row), row.progress.region.code),
    "gained": lambda row: (row.progress.tally.gained, row.progress.region.code),
    "late": lambda row: (-row.progress.late, row.progress.region.code),
    "missing": lambda row: (-row.progress.groups.missing, row.progress.region.code),
    "rank": lambda row: (row.rank or 10**6, row.progress.region.code),
    "name": lambda row: row.progress.region.code,
}


def _row(
    line: RegionProgress, progress: Progress, counts: list[int], contact: Contact | None, today: date
) -> SurfaceRow:
    task, stage = line.task, progress.stage
    promised = None
    if stage and counts:
        promised = forecast(stage, task=task, done=line.done, gained=line.done - counts[PACE_DAYS // 7], today=today)
    values = [count * 100 / task if task else count for count in reversed(counts)]
    spoken = f"{line.region.name}近{WEEKS}周：" + "，".join(f"{v:.0f}%" if task else f"{v:.0f}人" for v in values)
    return SurfaceRow(
        progress=line,
        rate=percent(line.done, task),
        collected_width=_width(line.tally.collected, task),
        posted_width=_width(line.tally.posted, task),
        goal_at=int(stage.share * 100) if stage and task else None,
        forecast=promised,
        trend=sparkline(f"trend-{line.region.code}", values, told=spoken) if any(counts) else "",
        contact=contact,
    )


def _width(people: int, task: int | None) -> int:
    return min(100, people * 100 // task) if task else 0


def _history(campaign: Campaign, cutoff: Cutoff, tree: Tree, code: str) -> dict[str, list[int]]:
    """Region code → people done now, a week ago, two weeks ago …; one statement over the kept tallies."""
    figures = {f"week_{week}": (cutoff.metric, cutoff.as_of - timedelta(days=7 * week)) for week in range(WEEKS)}
    counts: dict[str, list[int]] = {}
    for village, people in people_at(campaign=campaign, figures=figures, where=within(tree, code)).items():
        place = tree.stands_for.get(village, village)
        for above in {place, place[:9], place[:6]}:
            sums = counts.setdefault(above, [0] * WEEKS)
            for week in range(WEEKS):
                sums[week] += people[f"week_{week}"]
    return counts


def _contacts(user: User, codes: list[str]) -> dict[str, Contact]:
    """Whom to call: a township's team leader, a village's helper; for those who lead or supervise."""
    if user.role not in (Role.COUNTY, Role.TOWNSHIP, Role.LEADER):
        return {}
    people = User.objects.filter(region_id__in=codes, role__in=(Role.TOWNSHIP, Role.VILLAGE), is_active=True).exclude(
        phone=""
    )
    contacts: dict[str, Contact] = {}
    for person in sorted(people, key=lambda one: (one.position != Position.LEADER, one.pk)):
        contacts.setdefault(person.region_id, Contact(person.name, person.phone))
    return contacts


def _rows_beside(ranking: Ranking, region: Region) -> list[Any]:
    """The rows among which a region of this level is ranked: the townships, or the villages of its township."""
    if region.level == Region.Level.VILLAGE:
        return [row for row in ranking.villages if row["code"].startswith(region.code[:9])]
    return list(ranking.content["townships"])


def _ranks(ranking: Ranking | None, region: Region) -> dict[str, int | None]:
    """Code → published rank of what stands under the region."""
    if ranking is None or region.level == Region.Level.VILLAGE:
        return {}
    rows = ranking.content["townships"] if region.level == Region.Level.COUNTY else ranking.villages
    return {row["code"]: row["rank"] for row in rows if row["code"].startswith(region.code)}


def _published(ranking: Ranking | None, region: Region) -> Published | None:
    """The region in the newest published ranking that the user may read."""
    if ranking is None:
        return None
    content = ranking.content
    as_of = content["bulletin"]["as_of"]
    if region.level == Region.Level.COUNTY:
        whole = content["whole"]
        return Published(ranking, as_of, percent(whole["done_of_task"], whole["task"]), None, 0, None)
    rows = _rows_beside(ranking, region)
    row = next((row for row in rows if row["code"] == region.code), None)
    if row is None:
        return None
    return Published(
        ranking=ranking,
        as_of=as_of,
        rate=percent(row["done"], row["task"]),
        rank=row["rank"],
        of=sum(bool(other["rank"]) for other in rows),
        to_next=_to_next(row, rows),
    )


def _to_next(row: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> int | None:
    ahead = [other for other in rows if other["rank"] and row["rank"] and other["rank"] < row["rank"]]
    if not ahead:
        return None
    nearest = max(ahead, key=lambda other: other["rank"])
    return people_to_overtake(
        task=row["task"], done=row["done"], ahead_task=nearest["task"], ahead_done=nearest["done"]
    )


def last_year_curve(campaign: Campaign) -> list[tuple[date, Fraction]]:
    """Last year's rankings as a curve over this year's days, in one statement; empty where this county kept none."""
    before = SnapshotRow.objects.filter(
        snapshot__campaign__county=campaign.county_id,
        snapshot__campaign__year=campaign.year - 1,
        region__level=Region.Level.TOWNSHIP,
        task__gt=0,
    )
    sums = (
        before.order_by()
        .values("snapshot__as_of", "snapshot__metric")
        .annotate(people=Sum("task"), n_posted=Sum("posted"), n_collected=Sum("collected"))
    )
    return [
        (
            timezone.localtime(row["snapshot__as_of"]).date() + timedelta(days=365),
            Fraction(row["n_posted"] if row["snapshot__metric"] == "posted" else row["n_collected"], row["people"]),
        )
        for row in sums
    ]
