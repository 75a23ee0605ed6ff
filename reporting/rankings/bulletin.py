"""Compose the text and table of a bulletin; page, Word and Excel are drawn from the one `Bulletin`.

内政办〔2024〕六: 周排名、月通报, praise and criticism by name (通报表扬、通报批评), and after the period
the final evaluation with its rewards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.county_words import whole_county
from core.text import long_date
from reporting.progress.goals import StageGoal, StageOutlook, percent
from reporting.rankings.rank import RankedPlace
from reporting.rankings.rewards import TownshipAward, overspent

#: How many ranks from the top are praised and from the bottom criticised.
NAMED = 3


@dataclass(frozen=True)
class BulletinColumn:
    """kind: text, people (whole number), percent (value is a pair part, whole), yuan (Decimal)."""

    header: str
    kind: str = "text"


@dataclass(frozen=True)
class BulletinCell:
    kind: str
    value: Any

    @property
    def shown(self) -> str:
        if self.value is None or self.value == "":
            return "—"
        if self.kind == "people":
            return f"{self.value:,}"
        if self.kind == "percent":
            return percent(*self.value)
        if self.kind == "yuan":
            return f"{self.value:,.2f}"
        return str(self.value)


@dataclass(frozen=True)
class BulletinTable:
    columns: tuple[BulletinColumn, ...]
    rows: tuple[tuple[BulletinCell, ...], ...]

    @property
    def headers(self) -> list[str]:
        return [column.header for column in self.columns]

    @property
    def shown(self) -> list[list[str]]:
        return [[cell.shown for cell in row] for row in self.rows]


@dataclass(frozen=True)
class TownshipRemark:
    """The texts of one township's Friday report."""

    township: str
    practice: str = ""
    problem: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class LastYear:
    """This year beside the same day last year, in people; `lost` were insured then and are not now."""

    now: int
    then: int
    lost: int
    behind: tuple[str, ...] = ()


@dataclass(frozen=True)
class RankedTownship:
    """One ranked region of a bulletin. `gained_period`: since the last table of the same kind."""

    name: str
    place: RankedPlace
    outlook: StageOutlook | None
    gained_period: int


@dataclass(frozen=True)
class CountyTotals:
    """Totals in people. `done_of_task` leaves out regions without a task: the numerator over `task`."""

    task: int
    done: int
    done_of_task: int
    gained: int
    gained_period: int

    @classmethod
    def of(cls, subjects: Sequence[RankedTownship]) -> "CountyTotals":
        facts = [s.place.achievement for s in subjects]
        return cls(
            task=sum(f.task or 0 for f in facts),
            done=sum(f.done for f in facts),
            done_of_task=sum(f.done for f in facts if f.task),
            gained=sum(f.gained for f in facts if f.task),
            gained_period=sum(s.gained_period for s in subjects),
        )


@dataclass(frozen=True)
class BulletinFacts:
    """A frozen ranking with everything a bulletin prints. `verb`: 入库 or 征收, what the policy counts."""

    kind: str
    county: str
    year: int
    as_of: datetime
    verb: str
    subjects: Sequence[RankedTownship]
    stage: StageGoal | None = None
    county_outlook: StageOutlook | None = None
    remarks: Sequence[TownshipRemark] = ()
    late: Sequence[str] = ()
    awards: Sequence[TownshipAward] = ()
    pool: Decimal | None = None
    last_year: LastYear | None = None
    #: What else the office writes: talks and orders, what changed since, the other insurance.
    additions: Sequence[str] = ()


@dataclass(frozen=True)
class Bulletin:
    red_head: str
    number: str
    title: str
    addressed_to: str
    paragraphs: tuple[str, ...]
    table: BulletinTable
    praised: tuple[str, ...]
    criticised: tuple[str, ...]
    remarks: tuple[TownshipRemark, ...]
    issuer: str
    day: str
    as_of: str
    source: str


TITLES = {
    "daily": "参保缴费进度日排名",
    "weekly": "集中征缴工作周通报",
    "monthly": "集中征缴工作月通报",
    "final": "集中征缴工作考评结果的通报",
}
PERIODS = {"daily": "昨日以来新增", "weekly": "本周新增", "monthly": "本月新增", "final": "近七日新增"}


def compose(facts: BulletinFacts, *, number: str, issuer: str, source: str) -> Bulletin:
    """Compose the bulletin. `source` names the snapshot, version and fingerprint of the figures."""
    county = facts.county
    return Bulletin(
        red_head=f"{county}城乡居民基本医疗保险征缴工作通报",
        number=number,
        title=f"关于{county}{facts.year}年度城乡居民基本医疗保险{_title(facts)}",
        addressed_to=f"{_townships([s.name for s in facts.subjects])}、{whole_county(county)[1:]}直有关单位：",
        paragraphs=tuple(_paragraphs(facts)),
        table=_table(facts),
        praised=tuple(praised(facts.subjects)),
        criticised=tuple(criticised(facts.subjects)),
        remarks=tuple(facts.remarks),
        issuer=issuer,
        day=long_date(facts.as_of),
        as_of=_instant(facts.as_of),
        source=source,
    )


def _title(facts: BulletinFacts) -> str:
    """An evaluation only where the notice has one, with its prizes (内乡 六); elsewhere who is insured in the end."""
    if facts.kind == "final" and facts.pool is None:
        return "集中征缴工作最终参保情况的通报"
    return TITLES[facts.kind]


def _townships(names: Sequence[str]) -> str:
    """高阳: 各镇人民政府、街道办事处; 屯留: also 综合服务中心. Only such as the county has."""
    kinds = "".join(kind for kind in "乡镇" if any(name.endswith(kind) for name in names))
    offices = [
        office
        for ending, office in (("街道", "街道办事处"), ("中心", "综合服务中心"), ("开发区", "开发区管委会"))
        if any(name.endswith(ending) for name in names)
    ]
    return "、".join([f"各{kinds or '乡镇'}人民政府", *offices])


def praised(subjects: Sequence[RankedTownship]) -> list[str]:
    """Return the names ranked first to third, ties included; never a region where nobody has paid."""
    return [s.name for s in subjects if s.place.rank and s.place.rank <= NAMED and s.place.achievement.done]


def criticised(subjects: Sequence[RankedTownship]) -> list[str]:
    """Return the last three with a task, ties included; never one that has reached the stage goal."""
    ranked = [(s.place.rank, s) for s in subjects if s.place.rank]
    if len(ranked) <= NAMED:
        return []
    limit, _ = ranked[-NAMED]
    lowest = [s for rank, s in ranked if rank >= limit and rank > NAMED]
    return [s.name for s in lowest if s.outlook is None or not s.outlook.reached]


def _paragraphs(facts: BulletinFacts) -> Iterator[str]:
    county, whole = CountyTotals.of(facts.subjects), whole_county(facts.county)
    overall = f"截至{_instant(facts.as_of)}，{whole}已{facts.verb}{county.done:,}人"
    if county.task:
        overall += f"，完成年度任务{county.task:,}人的{percent(county.done_of_task, county.task)}"
    gained = county.gained_period
    yield overall + f"，{PERIODS[facts.kind]}{gained:,}人。"

    if facts.last_year:
        yield _beside_last_year(facts.last_year)
    yield from _stage_paragraphs(facts, whole)
    without = [s.name for s in facts.subjects if s.place.rank is None]
    if without:
        yield f"{'、'.join(without)}尚未下达任务，不参加排名，也不计入{whole}完成率。"
    if facts.late:
        yield f"{'、'.join(facts.late)}未在规定时间前报送周报。"
    yield from facts.additions
    if facts.awards:
        funds = sum((a.working_funds for a in facts.awards), Decimal("0.00"))
        prizes = sum((a.prize for a in facts.awards), Decimal("0.00"))
        text = f"按核定参保人数拨付工作经费{funds:,.2f}元，发放奖金{prizes:,.2f}元"
        if facts.pool is not None and (over := overspent(facts.awards, facts.pool)):
            text += f"（因名次并列，奖金超出{facts.pool:,.2f}元的总额{over:,.2f}元，请重新核定等次）"
        yield text + "。"


def _stage_paragraphs(facts: BulletinFacts, whole: str) -> Iterator[str]:
    outlook, stage = facts.county_outlook, facts.stage
    if stage is None or outlook is None or facts.kind == "final":
        return
    goal = f"{stage.by.month}月{stage.by.day}日前完成{share(stage.share)}"
    if outlook.reached:
        yield f"{goal}的阶段目标{whole}已经实现。"
    elif outlook.missed:
        yield f"{goal}的阶段目标{whole}未能按期实现，还差{outlook.gap:,}人。"
    else:
        yield (
            f"距{goal}的阶段目标，{whole}还差{outlook.gap:,}人，还有{outlook.days_left}天，"
            f"平均每天须完成{outlook.needed_a_day:,}人，近七天平均每天完成{pace(outlook.present_a_day)}人。"
        )
    behind = [s.name for s in facts.subjects if s.outlook and s.outlook.at_risk]
    if behind:
        yield f"按目前进度，{'、'.join(behind)}共{len(behind)}个乡镇不能按期实现阶段目标。"


def _beside_last_year(years: LastYear) -> str:
    """高阳 二（三）1, 沁水 三: not fewer than last year."""
    difference = years.now - years.then
    beside = f"多{difference:,}人" if difference > 0 else f"少{-difference:,}人" if difference else "持平"
    says = f"上年同期{years.then:,}人，今年比上年同期{beside}"
    if years.behind:
        says += f"，少于上年同期的有{'、'.join(years.behind)}"
    return f"{says}；上年参保、今年尚未参保的还有{years.lost:,}人。"


def share(of_task: Fraction) -> str:
    """90%, 99.5%"""
    return f"{float(of_task * 100):g}%"


def pace(a_day: Fraction) -> str:
    """Format people a day with one decimal, cut, not rounded."""
    tenths = a_day.numerator * 10 // a_day.denominator
    return f"{tenths // 10:,}.{tenths % 10}"


def movement_text(rank: int | None, movement: int | None) -> str:
    """升2, 降1, 平, 新; — without a rank."""
    if rank is None:
        return "—"
    if movement is None:
        return "新"
    if movement == 0:
        return "平"
    return f"升{movement}" if movement > 0 else f"降{-movement}"


def _table(facts: BulletinFacts) -> BulletinTable:
    columns = [
        BulletinColumn("名次", "people"),
        BulletinColumn("乡镇"),
        BulletinColumn("任务数（人）", "people"),
        BulletinColumn(f"{facts.verb}人数", "people"),
        BulletinColumn("完成率", "percent"),
        BulletinColumn(PERIODS[facts.kind], "people"),
        BulletinColumn("名次升降"),
    ]
    awards = {award.code: award for award in facts.awards}
    if facts.kind == "final":
        if awards:
            columns += [
                BulletinColumn("工作经费（元）", "yuan"),
                BulletinColumn("奖项"),
                BulletinColumn("奖金（元）", "yuan"),
            ]
    elif facts.stage:
        columns.append(BulletinColumn("距阶段目标（人）", "people"))
    rows: list[list[Any]] = []
    for subject in facts.subjects:
        place, achievement = subject.place, subject.place.achievement
        values: list[Any] = [
            place.rank,
            subject.name,
            achievement.task or None,
            achievement.done,
            (achievement.done, achievement.task) if achievement.task else None,
            subject.gained_period,
            movement_text(place.rank, place.movement),
        ]
        if facts.kind != "final" and facts.stage:
            values.append(subject.outlook.gap if subject.outlook else None)
        elif awards:
            award = awards[place.code]
            values += [award.working_funds, award.prize_name, award.prize]
        rows.append(values)
    rows.append(_total(facts, columns, awards))
    return BulletinTable(
        columns=tuple(columns),
        rows=tuple(tuple(BulletinCell(c.kind, v) for c, v in zip(columns, row, strict=True)) for row in rows),
    )


def _total(facts: BulletinFacts, columns: list[BulletinColumn], awards: Mapping[str, TownshipAward]) -> list[Any]:
    county = CountyTotals.of(facts.subjects)
    completion = (county.done_of_task, county.task) if county.task else None
    whole = whole_county(facts.county)
    values: list[Any] = [
        None,
        whole,
        county.task or None,
        county.done,
        completion,
        county.gained_period,
        None,
    ]
    if facts.kind != "final" and facts.stage:
        values.append(facts.county_outlook.gap if facts.county_outlook else None)
    elif awards:
        values += [sum(a.working_funds for a in awards.values()), None, sum(a.prize for a in awards.values())]
    return values


def _instant(instant: datetime) -> str:
    return f"{long_date(instant)}{instant.hour}时" + (f"{instant.minute}分" if instant.minute else "")
