"""How far it still is: stage goals in people, the pace that is needed, special groups, a county's yearly goals.

Stage goals are of the task (内乡 五: 90 % by 31 October, 100 % by 30 November); 高阳 一(三) sets 95 % of the
residents, not fewer than last year, and 99 % of the key groups.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from subsidies.policy.policies import Policy

PACE_DAYS = 7


@dataclass(frozen=True)
class StageGoal:
    """A share of the task that must be reached by the end of a day."""

    by: date
    share: Fraction
    name: str = ""


@dataclass(frozen=True)
class StageOutlook:
    """What one region has still to do for a stage, in people.

    gap: people missing; 0 when reached. days_left: whole days after today up to the stage's last day, counting
    that day; 1 on the last day itself; 0 after it. needed_a_day: rounded up to whole people; None when nothing is
    missing or the stage is over. present_a_day: exact, over the last seven days.
    """

    target: int
    gap: int
    days_left: int
    present_a_day: Fraction

    @property
    def reached(self) -> bool:
        return self.gap == 0

    @property
    def missed(self) -> bool:
        return self.gap > 0 and self.days_left == 0

    @property
    def needed_a_day(self) -> int | None:
        return ceil(Fraction(self.gap, self.days_left)) if self.gap and self.days_left else None

    @property
    def at_risk(self) -> bool:
        """At the present pace the goal will not be met by its day (a missed one is no longer at risk)."""
        return self.days_left > 0 and self.present_a_day * self.days_left < self.gap


def current_stage(stages: Iterable[StageGoal], today: date) -> StageGoal | None:
    """The stage under way: the earliest whose day has not passed; after all of them the last one; None if none."""
    ordered = sorted(stages, key=lambda stage: stage.by)
    ahead = [stage for stage in ordered if stage.by >= today]
    return ahead[0] if ahead else (ordered[-1] if ordered else None)


def outlook(stage: StageGoal, *, task: int | None, done: int, gained: int, today: date) -> StageOutlook | None:
    """None without a task. 90 % of 1,001 people is 901 people: a goal is met by whole people only."""
    if not task:
        return None
    target = ceil(stage.share * task)
    if today > stage.by:
        days_left = 0
    else:
        days_left = max(1, (stage.by - today).days)
    return StageOutlook(
        target=target,
        gap=max(0, target - done),
        days_left=days_left,
        present_a_day=max(Fraction(0), Fraction(gained, PACE_DAYS)),
    )


@dataclass(frozen=True)
class Coverage:
    """A group of residents: should be insured, are insured, and those who turned out not to belong to it.

    `excused`: dead, moved away or insured elsewhere, of those who are not insured here.
    """

    should: int
    insured: int
    excused: int = 0

    @property
    def missing(self) -> int:
        return max(0, self.should - self.insured - self.excused)

    @property
    def enrolment_rate(self) -> Fraction | None:
        """参保率: of all who stand on the list."""
        return Fraction(self.insured, self.should) if self.should else None

    @property
    def verified_rate(self) -> Fraction | None:
        """核实率: the dead, the moved and those insured elsewhere are taken out of the denominator."""
        verified = self.should - self.excused
        return Fraction(self.insured, verified) if verified > 0 else None


@dataclass(frozen=True)
class YearlyGoal:
    """One yearly goal and where it stands. `target` and `done` are people; `basis` says of which number a share is."""

    name: str
    target: int
    done: int
    basis: str = ""

    @property
    def gap(self) -> int:
        return max(0, self.target - self.done)


def yearly_goals(
    *,
    residents: Coverage,
    groups: Coverage,
    resident_share: Fraction | None,
    group_share: Fraction | None,
    last_year: int | None,
    basis: str = "",
) -> list[YearlyGoal]:
    """The county's goals for the year beside the task, those that its policy sets. 高阳 一(三)1 and 2."""
    goals = []
    if resident_share is not None:
        goals.append(YearlyGoal("总体参保率", ceil(resident_share * residents.should), residents.insured, basis))
    if last_year is not None:
        goals.append(YearlyGoal("不低于上年参保人数", last_year, residents.insured))
    if group_share is not None:
        goals.append(YearlyGoal("重点人群参保率", ceil(group_share * groups.should), groups.insured))
    return goals


def stages_of(policy: Policy) -> list[StageGoal]:
    """The policy's stages that carry a goal."""
    return [StageGoal(by=s.end, share=Fraction(s.goal), name=s.name) for s in policy.stages if s.goal is not None]


def percent(part: int, whole: int | None) -> str:
    """For the eye only: two decimals, cut rather than rounded, so that 99.999 % never reads as 100.00 %."""
    if not whole:
        return "—"
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
