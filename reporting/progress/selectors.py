"""How far things are at this moment: a region and what stands directly under it, and the people behind each figure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from collection.contributions.models import Contribution
from collection.duties import services as duties
from config import clock
from core.access import masks
from core.accounts.models import User
from core.amounts import ZERO
from core.regions.models import Region
from reporting.progress import schedule
from reporting.progress.counting import (
    SELF_PAID,
    Cutoff,
    Places,
    RegionTally,
    Tree,
    by_region,
    tally_villages,
    task_of_township,
    tasks_at,
    tree_at,
    within,
)
from reporting.progress.goals import Coverage, StageGoal, StageOutlook, YearlyGoal, current_stage, outlook, stages_of
from reporting.progress.groups import EXCUSED, coverage_by_kind, coverage_by_region, goals_of_the_year, insured, members
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

NOTHING = Coverage(0, 0)


@dataclass(frozen=True)
class RegionProgress:
    """One region's progress. Amounts in yuan, everything else in people. `villages_at_zero`: villages where nobody has
    paid; `villages_late`: villages with cash that should have been banked."""

    region: Region
    task: int | None
    tally: RegionTally
    done: int
    outlook: StageOutlook | None
    groups: Coverage
    late: Decimal = ZERO
    villages: int = 0
    villages_at_zero: int = 0
    villages_late: int = 0


@dataclass(frozen=True)
class Progress:
    """`lines` are what stands directly under `whole`, in the order of their codes. `task_differs`: the sum of the
    lines' tasks where it is not the region's own."""

    at: datetime
    metric: str
    stage: StageGoal | None
    whole: RegionProgress
    lines: list[RegionProgress]
    kinds: list[tuple[str, Coverage]]
    goals: list[YearlyGoal] = field(default_factory=list)
    task_differs: int | None = None
    moved_in: list[Region] = field(default_factory=list)


def cutoff_now(campaign: Campaign) -> Cutoff:
    """Everything up to and with this instant. (A frozen clock dates many rows alike.)"""
    now = clock.now() + timedelta(microseconds=1)
    began = schedule.began("weekly", timezone.make_naive(now), campaign.policy.period)
    return Cutoff(
        as_of=now, known_at=now, metric=campaign.policy.ranking.metric, period_from=timezone.make_aware(began)
    )


def progress(*, campaign: Campaign, region: Region, by_village: bool = False) -> Progress:
    """A county, township or village of the campaign's county. A constant number of statements.

    `by_village`: the lines of a county are its villages, not its townships.
    """
    cutoff = cutoff_now(campaign)
    tree = tree_at(campaign, cutoff.as_of)
    moved_in = _moved_into(tree, region.code)
    tallies = by_region(tree, tally_villages(campaign, cutoff, within(tree, region.code)))
    tasks = tasks_at(campaign, cutoff.as_of)
    today = timezone.localtime(cutoff.as_of).date()
    stage = current_stage(stages_of(campaign.policy), today)
    board = duties.board(campaign=campaign, region=region.code)
    by_village = by_village or region.level != Region.Level.COUNTY
    children = _children(tree, region, by_village)
    level = "village" if by_village else "township"
    groups = coverage_by_region(campaign, region.code, level)
    at_zero = {v.code for v in tree.villages if v.code.startswith(region.code) and not tallies[v.code].collected}

    def line(place: Region, task: int | None, tally: RegionTally, covered: Coverage) -> RegionProgress:
        late = [b for b in board if b.village.code.startswith(place.code) and b.standing.late]
        done = tally.done(cutoff.metric)
        return RegionProgress(
            region=place,
            task=task,
            tally=tally,
            done=done,
            groups=covered,
            outlook=outlook(stage, task=task, done=done, gained=tally.gained, today=today) if stage else None,
            late=sum((b.standing.late for b in late), ZERO),
            villages=sum(v.code.startswith(place.code) for v in tree.villages),
            villages_at_zero=sum(code.startswith(place.code) for code in at_zero),
            villages_late=len(late),
        )

    lines = [
        line(child, _task(child, tree.places, tasks), tallies[child.code], groups.get(child.code, NOTHING))
        for child in children
    ]
    summed = sum((one.tally for one in lines), RegionTally()) if lines else tallies[region.code]
    covered = Coverage(*(sum(getattr(c, name) for c in groups.values()) for name in ("should", "insured", "excused")))
    given = [one.task for one in lines if one.task is not None]
    task = _task(region, tree.places, tasks) if region.level != Region.Level.COUNTY else (sum(given) if given else None)
    whole = line(region, task, summed, covered)
    return Progress(
        at=clock.now(),
        metric=cutoff.metric,
        stage=stage,
        whole=whole,
        lines=lines,
        kinds=coverage_by_kind(campaign, region.code),
        goals=goals_of_the_year(campaign, groups, whole.done) if region.level == Region.Level.COUNTY else [],
        task_differs=sum(given) if given and task is not None and sum(given) != task else None,
        moved_in=list(Region.objects.filter(code__in=moved_in).select_related("parent")) if moved_in else [],
    )


#: What a figure's names can be asked for, in the order of the page: key → heading.
LISTS = {
    "collected": "已缴",
    "posted": "已入库",
    "self": "自主缴费",
    "collective": "集体资助",
    "gained": "近七日新增",
    "unpaid": "未缴（在册）",
    "groups": "特殊群体应保",
    "groups_insured": "特殊群体已保",
    "groups_missing": "特殊群体未参保",
    "groups_excused": "特殊群体核减",
}


def people(*, campaign: Campaign, region: Region, which: str, user: User) -> QuerySet[Any]:
    """The contributions or residents behind a figure, within the user's scope. Raises KeyError for an unknown one.

    Who had paid where a village has since moved from stands with the county only: the old code is out of the new
    township's scope.
    """
    LISTS[which]
    if which in ("unpaid", "groups", "groups_insured", "groups_missing", "groups_excused"):
        return _residents(campaign, region, which, user)
    cutoff = cutoff_now(campaign)
    rows = Contribution.objects.for_user(user).filter(
        within(tree_at(campaign, cutoff.as_of), region.code), campaign=campaign
    )
    conditions = {
        "collected": cutoff.counted("collected"),
        "posted": cutoff.counted("posted"),
        "self": cutoff.counted("collected") & Q(channel__in=SELF_PAID),
        "collective": cutoff.counted("collected") & Q(channel=Contribution.Channel.COLLECTIVE),
        "gained": cutoff.counted(cutoff.metric) & ~cutoff.counted(cutoff.metric, cutoff.as_of - timedelta(days=7)),
    }
    return rows.filter(conditions[which]).select_related("resident", "village").order_by("village_id", "resident_id")


def _residents(campaign: Campaign, region: Region, which: str, user: User) -> QuerySet[Any]:
    live = Contribution.objects.filter(resident=OuterRef("pk"), year=campaign.year, ended_at__isnull=True)
    if which == "unpaid":
        rows = Resident.objects.filter(~Exists(live), status=Resident.Status.ACTIVE)
    else:
        rows = members(campaign)
        if which != "groups":
            is_insured = insured(campaign)
            rows = rows.filter(is_insured if which == "groups_insured" else ~is_insured)
        if which == "groups_missing":
            rows = rows.exclude(status__in=EXCUSED)
        elif which == "groups_excused":
            rows = rows.filter(status__in=EXCUSED)
    return rows.for_user(user).in_region(region.code).select_related("village").order_by("village_id", "pk")


def _task(region: Region, places: Places, tasks: dict[str, int | None]) -> int | None:
    if region.level == Region.Level.TOWNSHIP:
        return task_of_township(region.code, places, tasks)
    return tasks.get(region.code)


def _children(tree: Tree, region: Region, by_village: bool) -> list[Region]:
    if region.level == Region.Level.COUNTY:
        return list(tree.villages if by_village else tree.townships)
    return tree.villages_of(region.code) if region.level == Region.Level.TOWNSHIP else []


def _moved_into(tree: Tree, code: str) -> list[str]:
    """Old codes outside the region whose people count inside it now."""
    return [old for old, new in tree.stands_for.items() if new.startswith(code) and not old.startswith(code)]


def person(row: Contribution | Resident) -> dict[str, Any]:
    """One line of a list of names, from a contribution or a resident."""
    resident = row.resident if isinstance(row, Contribution) else row
    return {
        "resident": resident,
        "number": masks.mask(resident.id_number),
        "village": row.village,
        "status": resident.get_status_display(),
        "contribution": row if isinstance(row, Contribution) else None,
    }
