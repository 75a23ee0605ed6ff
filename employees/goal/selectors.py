"""How far the county is from its goal: people insured now against those at the end of last year, net."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Q, When

from core.regions.models import Region
from employees.members.models import Employment
from employees.months import next_month
from employees.rules import policy_for
from employees.units.models import Unit


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A township or a kind of unit: insured at the end of last year and now. `name` is for the screen."""

    name: str
    before: int
    now: int

    @property
    def gain(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Goal:
    """The county's progress to its goal (西峡 五（二）: +2,000 net). Ranked by gain, then by name."""

    goal: int
    month: date
    whole: GoalLine
    townships: list[GoalLine]
    kinds: list[GoalLine]

    @property
    def missing(self) -> int:
        return max(self.goal - self.whole.gain, 0)

    @property
    def start(self) -> date:
        """The month that the gain is counted from."""
        return date(self.month.year - 1, 12, 1)

    @property
    def lacks_start(self) -> bool:
        """Whether nobody is known from the end of last year, so that the gain says nothing."""
        return self.whole.now > 0 and not self.whole.before


def progress_to_goal(*, county: Region, month: date) -> Goal | None:
    """Where the county stands in a month of the year; None where its policy has no employees' insurance.

    A person counts once, with the unit joined first; whoever has no unit counts as a flexible worker.
    """
    policy = policy_for(county=county.pk, month=month)
    if policy is None or policy.employees is None:
        return None
    before, now = _counts(county, date(month.year - 1, 12, 1)), _counts(county, month)
    names = dict(Region.objects.filter(parent=county).values_list("pk", "name"))
    kinds = dict(Unit.Kind.choices) | {"flexible": "灵活就业人员"}
    townships = [GoalLine(name, before[0][code], now[0][code]) for code, name in names.items()]
    by_kind = [GoalLine(str(label), before[1][kind], now[1][kind]) for kind, label in kinds.items()]
    whole = GoalLine(county.name, sum(before[1].values()), sum(now[1].values()))
    return Goal(policy.employees.goal, month, whole, _ranked(townships), _ranked(by_kind))


def goal_facts(goal: Goal) -> dict[str, Any]:
    """The figures as integers and texts, so that a publication can freeze them."""
    lines = {"townships": goal.townships, "kinds": goal.kinds}
    return {
        "month": goal.month.isoformat(),
        "goal": goal.goal,
        "before": goal.whole.before,
        "now": goal.whole.now,
        "gain": goal.whole.gain,
        "missing": goal.missing,
        **{
            name: [{"name": line.name, "before": line.before, "now": line.now} for line in found]
            for name, found in lines.items()
        },
    }


def _ranked(lines: list[GoalLine]) -> list[GoalLine]:
    return sorted((line for line in lines if line.before or line.now), key=lambda line: (-line.gain, line.name))


def _counts(county: Region, month: date) -> tuple[Counter[str], Counter[str]]:
    """(people by township, people by kind) insured in a month."""
    live = Employment.objects.filter(
        Q(left__isnull=True) | Q(left__gte=next_month(month)), member__county=county, joined__lte=month
    )
    without_unit = Case(When(unit__isnull=True, then=1), default=0)
    rows = live.order_by("member_id", without_unit, "joined", "pk")
    townships: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    seen: set[int] = set()
    for member, township, kind in rows.values_list("member_id", "unit__township_id", "unit__kind"):
        if member in seen:
            continue
        seen.add(member)
        townships[township or ""] += 1
        kinds[kind or "flexible"] += 1
    return townships, kinds
