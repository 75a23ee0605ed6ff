"""The content of a ranking: what its fingerprint covers and what every page, Word and Excel file is drawn from.

Plain JSON of whole numbers and texts, so that it can be frozen and checked. Pure: figures in, content out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from reporting.progress import schedule
from reporting.progress.goals import Outlook, Stage, current_stage, outlook
from reporting.rankings.bulletin import Bulletin, Cell, Column, Facts, Remark, Subject, Table, compose
from reporting.rankings.rank import Place, Standing, rank
from reporting.rankings.rewards import Award

VERBS = {"posted": "入库", "collected": "征收"}
DEFINITIONS = {
    "posted": "完成人数＝截止时间之前已入库、且未终止的参保人数；完成率＝完成人数÷任务数，按精确比值排名。",
    "collected": "完成人数＝截止时间之前已收费、且未终止的参保人数；完成率＝完成人数÷任务数，按精确比值排名。",
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
    stages: Sequence[Stage]
    source: str


@dataclass(frozen=True)
class Beside:
    """What is published beside the figures. `seen` holds plain JSON: late cash, special groups, yearly goals."""

    seen: Mapping
    remarks: Sequence[Remark] = ()
    late_reports: Sequence[str] = ()
    awards_of: object = None
    pool: object = None


def ranking_content(
    frame: Frame,
    townships: Sequence[Figures],
    beside: Beside,
    *,
    previous: Mapping | None,
    number: str,
    issuer: str,
) -> dict:
    """The content of a ranking. `previous`: {"as_of": text, "ranks": {code: rank}} of the last published one, or None.

    `beside.awards_of`, for a final evaluation, takes the places and gives the awards.
    """
    stage = current_stage(frame.stages, schedule.last_day(frame.as_of))
    ranks = (previous or {}).get("ranks") or {}
    by_code = {figures.code: figures for figures in townships}
    places = rank((_standing(figures, frame.metric) for figures in townships), ranks)
    awards: Sequence[Award] = beside.awards_of(places) if beside.awards_of else ()
    today = frame.as_of.date()
    subjects = [
        Subject(
            name=by_code[place.code].name,
            place=place,
            outlook=_outlook(stage, place.standing, today),
            gained_period=by_code[place.code].gained_period,
        )
        for place in places
    ]
    whole = _whole(subjects, stage, today)
    bulletin = compose(
        Facts(
            kind=frame.kind,
            county=frame.county,
            year=frame.year,
            as_of=frame.as_of,
            verb=VERBS[frame.metric],
            subjects=subjects,
            stage=stage,
            county_outlook=whole,
            remarks=beside.remarks,
            late=beside.late_reports,
            awards=awards,
            pool=beside.pool,
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
        "whole": {
            **{
                name: sum(getattr(f, name) or 0 for f in townships)
                for name in ("task", "collected", "posted", "self_paid", "collective", "gained", "gained_period")
            },
            "done": sum(f.done(frame.metric) for f in townships),
            "done_of_task": sum(f.done(frame.metric) for f in townships if f.task),
            "outlook": _outlook_row(whole),
        },
        "beside": dict(beside.seen),
        "bulletin": bulletin_to_json(bulletin),
    }


def village_content(villages: Sequence[Figures], metric: str, previous: Mapping[str, int | None] | None) -> list[dict]:
    """The villages, each ranked among those of its township, in the order of townships and places."""
    found = []
    for township in sorted({village.code[:9] for village in villages}):
        own = {v.code: v for v in villages if v.code.startswith(township)}
        places = rank((_standing(figures, metric) for figures in own.values()), previous)
        found += [_row(own[place.code], place, None, metric) for place in places]
    return found


def bulletin_to_json(bulletin: Bulletin) -> dict:
    """The bulletin as plain JSON: cells become [kind, value], pairs and amounts texts and whole numbers."""
    kept = {k: v for k, v in asdict(bulletin).items() if k != "table"}
    kept["praised"], kept["criticised"] = list(bulletin.praised), list(bulletin.criticised)
    kept["paragraphs"] = list(bulletin.paragraphs)
    kept["remarks"] = [asdict(remark) for remark in bulletin.remarks]
    kept["columns"] = [[column.header, column.kind] for column in bulletin.table.columns]
    kept["rows"] = [[_cell_to_json(cell) for cell in row] for row in bulletin.table.rows]
    return kept


def bulletin_from_json(kept: Mapping) -> Bulletin:
    columns = tuple(Column(header, kind) for header, kind in kept["columns"])
    rows = tuple(
        tuple(_cell_from_json(column.kind, value) for column, value in zip(columns, row, strict=True))
        for row in kept["rows"]
    )
    texts = {k: kept[k] for k in ("red_head", "number", "title", "addressed_to", "issuer", "day", "as_of", "source")}
    return Bulletin(
        **texts,
        paragraphs=tuple(kept["paragraphs"]),
        table=Table(columns, rows),
        praised=tuple(kept["praised"]),
        criticised=tuple(kept["criticised"]),
        remarks=tuple(Remark(**remark) for remark in kept["remarks"]),
    )


def _cell_to_json(cell: Cell):
    if cell.kind == "yuan" and cell.value is not None:
        return str(cell.value)
    return list(cell.value) if isinstance(cell.value, tuple) else cell.value


def _cell_from_json(kind, value) -> Cell:
    if kind == "yuan" and value is not None:
        return Cell(kind, Decimal(value))
    return Cell(kind, tuple(value) if isinstance(value, list) else value)


def _standing(figures: Figures, metric: str) -> Standing:
    return Standing(code=figures.code, task=figures.task, done=figures.done(metric), gained=figures.gained)


def _outlook(stage: Stage | None, standing: Standing, today: date) -> Outlook | None:
    if stage is None:
        return None
    return outlook(stage, task=standing.task, done=standing.done, gained=standing.gained, today=today)


def _whole(subjects, stage, today) -> Outlook | None:
    with_task = [s.place.standing for s in subjects if s.place.standing.task]
    if stage is None or not with_task:
        return None
    return outlook(
        stage,
        task=sum(s.task for s in with_task),
        done=sum(s.done for s in with_task),
        gained=sum(s.gained for s in with_task),
        today=today,
    )


def _row(figures: Figures, place: Place, seen: Outlook | None, metric: str) -> dict:
    return {
        **asdict(figures),
        "done": figures.done(metric),
        "rank": place.rank,
        "movement": place.movement,
        "outlook": _outlook_row(seen),
    }


def _outlook_row(seen: Outlook | None) -> dict | None:
    if seen is None:
        return None
    return {
        "target": seen.target,
        "gap": seen.gap,
        "days_left": seen.days_left,
        "needed_a_day": seen.needed_a_day,
        "present_a_day": str(seen.present_a_day),
        "at_risk": seen.at_risk,
        "missed": seen.missed,
    }
