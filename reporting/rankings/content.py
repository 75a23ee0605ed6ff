"""Build the content of a ranking: what its fingerprint covers and every page, Word and Excel file is drawn from.

Plain JSON of integers and texts, so that it can be frozen and checked. Pure: figures in, content out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.county_words import whole_county
from reporting.progress import schedule
from reporting.progress.goals import StageGoal, StageOutlook, current_stage, outlook
from reporting.rankings.bulletin import (
    Bulletin,
    BulletinCell,
    BulletinColumn,
    BulletinFacts,
    BulletinTable,
    LastYear,
    RankedTownship,
    TownshipRemark,
    compose,
)
from reporting.rankings.rank import Achievement, RankedPlace, rank
from reporting.rankings.rewards import TownshipAward

VERBS = {"posted": "入库", "collected": "征收"}
DEFINITIONS = {
    "posted": "完成人数＝截止时间之前已入库、且未终止的参保人数；完成率＝完成人数÷任务数，按精确比值排名。",
    "collected": "完成人数＝截止时间之前已缴、且未终止的参保人数；完成率＝完成人数÷任务数，按精确比值排名。",
}


@dataclass(frozen=True)
class Figures:
    """One township or village in a snapshot, in people."""

    code: str
    name: str
    task: int | None
    collected: int
    posted: int
    self_paid: int
    collective: int
    gained: int
    gained_period: int

    def done(self, metric: str) -> int:
        return self.posted if metric == "posted" else self.collected


@dataclass(frozen=True)
class Frame:
    """What a ranking is about. `as_of` is local wall-clock time; `source` names the snapshot."""

    kind: str
    county: str
    year: int
    as_of: datetime
    metric: str
    stages: Sequence[StageGoal]
    source: str


@dataclass(frozen=True)
class Supplement:
    """What is published with the figures. `observed` holds plain JSON: late cash, special groups, yearly goals."""

    observed: Mapping[str, Any]
    remarks: Sequence[TownshipRemark] = ()
    late_reports: Sequence[str] = ()
    awards_of: Callable[[Sequence[RankedPlace]], Sequence[TownshipAward]] | None = None
    pool: Decimal | None = None
    last_year: LastYear | None = None
    additions: Sequence[str] = ()


def ranking_content(
    frame: Frame,
    townships: Sequence[Figures],
    supplement: Supplement,
    *,
    previous: Mapping[str, Any] | None,
    number: str,
    issuer: str,
) -> dict[str, Any]:
    """Build the content of a ranking.

    `previous`: {"as_of": text, "ranks": {code: rank}} of the last published ranking. `supplement.awards_of`, for a
    final evaluation, takes the places and returns the awards.
    """
    stage = current_stage(frame.stages, schedule.last_day(frame.as_of))
    ranks = (previous or {}).get("ranks") or {}
    by_code = {figures.code: figures for figures in townships}
    places = rank((_achievement(figures, frame.metric) for figures in townships), ranks)
    awards: Sequence[TownshipAward] = supplement.awards_of(places) if supplement.awards_of else ()
    today = frame.as_of.date()
    subjects = [_subject(by_code[place.code], place, stage, today) for place in places]
    county_outlook = _county_outlook(subjects, stage, today)
    bulletin = compose(
        BulletinFacts(
            kind=frame.kind,
            county=frame.county,
            year=frame.year,
            as_of=frame.as_of,
            verb=VERBS[frame.metric],
            subjects=subjects,
            stage=stage,
            county_outlook=county_outlook,
            remarks=supplement.remarks,
            late=supplement.late_reports,
            awards=awards,
            pool=supplement.pool,
            last_year=supplement.last_year,
            additions=supplement.additions,
        ),
        number=number,
        issuer=issuer,
        source=frame.source,
    )
    return {
        "kind": frame.kind,
        "county": frame.county,
        "year": frame.year,
        "as_of": frame.as_of.isoformat(),
        "metric": frame.metric,
        "definition": DEFINITIONS[frame.metric],
        "stage": {"by": stage.by.isoformat(), "share": str(stage.share), "name": stage.name} if stage else None,
        "previous": (previous or {}).get("as_of"),
        "townships": [_row(by_code[s.place.code], s.place, s.outlook, frame.metric) for s in subjects],
        "county_as_a_whole": whole_county(frame.county),
        "whole": {**_totals(townships, frame.metric), "outlook": _outlook_row(county_outlook)},
        "beside": dict(supplement.observed),
        "bulletin": bulletin_to_json(bulletin),
    }


def _subject(figures: Figures, place: RankedPlace, stage: StageGoal | None, today: date) -> RankedTownship:
    prospect = _outlook(stage, place.achievement, today)
    return RankedTownship(name=figures.name, place=place, outlook=prospect, gained_period=figures.gained_period)


def _totals(townships: Sequence[Figures], metric: str) -> dict[str, int]:
    names = ("task", "collected", "posted", "self_paid", "collective", "gained", "gained_period")
    return {
        **{name: sum(getattr(f, name) or 0 for f in townships) for name in names},
        "done": sum(f.done(metric) for f in townships),
        "done_of_task": sum(f.done(metric) for f in townships if f.task),
    }


def village_content(
    villages: Sequence[Figures], metric: str, previous: Mapping[str, int | None] | None
) -> list[dict[str, Any]]:
    """Rank the villages within their townships; ordered by township, then rank."""
    rows = []
    for township in sorted({village.code[:9] for village in villages}):
        own = {v.code: v for v in villages if v.code.startswith(township)}
        places = rank((_achievement(figures, metric) for figures in own.values()), previous)
        rows += [_row(own[place.code], place, None, metric) for place in places]
    return rows


def bulletin_to_json(bulletin: Bulletin) -> dict[str, Any]:
    """Return the bulletin as plain JSON: pairs become lists of integers, amounts become texts."""
    kept = {k: v for k, v in asdict(bulletin).items() if k != "table"}
    kept["praised"], kept["criticised"] = list(bulletin.praised), list(bulletin.criticised)
    kept["paragraphs"] = list(bulletin.paragraphs)
    kept["remarks"] = [asdict(remark) for remark in bulletin.remarks]
    kept["columns"] = [[column.header, column.kind] for column in bulletin.table.columns]
    kept["rows"] = [[_cell_to_json(cell) for cell in row] for row in bulletin.table.rows]
    return kept


def bulletin_from_json(kept: Mapping[str, Any]) -> Bulletin:
    columns = tuple(BulletinColumn(header, kind) for header, kind in kept["columns"])
    rows = tuple(
        tuple(_cell_from_json(column.kind, value) for column, value in zip(columns, row, strict=True))
        for row in kept["rows"]
    )
    texts = {k: kept[k] for k in ("red_head", "number", "title", "addressed_to", "issuer", "day", "as_of", "source")}
    return Bulletin(
        **texts,
        paragraphs=tuple(kept["paragraphs"]),
        table=BulletinTable(columns, rows),
        praised=tuple(kept["praised"]),
        criticised=tuple(kept["criticised"]),
        remarks=tuple(TownshipRemark(**remark) for remark in kept["remarks"]),
    )


def _cell_to_json(cell: BulletinCell) -> object:
    if cell.kind == "yuan" and cell.value is not None:
        return str(cell.value)
    return list(cell.value) if isinstance(cell.value, tuple) else cell.value


def _cell_from_json(kind: str, value: object) -> BulletinCell:
    if kind == "yuan" and value is not None:
        return BulletinCell(kind, Decimal(str(value)))
    return BulletinCell(kind, tuple(value) if isinstance(value, list) else value)


def _achievement(figures: Figures, metric: str) -> Achievement:
    return Achievement(code=figures.code, task=figures.task, done=figures.done(metric), gained=figures.gained)


def _outlook(stage: StageGoal | None, achievement: Achievement, today: date) -> StageOutlook | None:
    if stage is None:
        return None
    return outlook(stage, task=achievement.task, done=achievement.done, gained=achievement.gained, today=today)


def _county_outlook(subjects: Sequence[RankedTownship], stage: StageGoal | None, today: date) -> StageOutlook | None:
    with_task = [s.place.achievement for s in subjects if s.place.achievement.task]
    if stage is None or not with_task:
        return None
    return outlook(
        stage,
        task=sum(s.task or 0 for s in with_task),
        done=sum(s.done for s in with_task),
        gained=sum(s.gained for s in with_task),
        today=today,
    )


def _row(figures: Figures, place: RankedPlace, prospect: StageOutlook | None, metric: str) -> dict[str, Any]:
    return {
        **asdict(figures),
        "done": figures.done(metric),
        "rank": place.rank,
        "movement": place.movement,
        "outlook": _outlook_row(prospect),
    }


def _outlook_row(prospect: StageOutlook | None) -> dict[str, Any] | None:
    if prospect is None:
        return None
    return {
        "target": prospect.target,
        "gap": prospect.gap,
        "days_left": prospect.days_left,
        "needed_a_day": prospect.needed_a_day,
        "present_a_day": str(prospect.present_a_day),
        "at_risk": prospect.at_risk,
        "missed": prospect.missed,
    }
