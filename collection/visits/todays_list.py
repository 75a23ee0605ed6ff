"""Today's list: which households a helper goes to, why, and what it costs this person to let it lapse.

Pure: the county's policy, facts and the day in, at most `MOST` households out, each with its reasons. The order is
plain: by the kind of reason, then by the day on which something lapses. Nobody is scored.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum

from core.amounts import yuan
from core.text import long_date
from subsidies.policy.parts import Source
from subsidies.policy.policies import Policy
from subsidies.quotes import awards, benefits
from subsidies.quotes.benefits import Cover

#: Households a helper and day.
MOST = 20
#: Who was spoken to is left in peace for so many days, unless a day was agreed or a newborn's days run out.
REST_DAYS = 7
#: A waiting period is about to begin when the last day in time is no further away than this.
SOON_DAYS = 14
#: So many days before a newborn's last day nobody rests.
NEWBORN_URGENT_DAYS = 3
_DAY = timedelta(days=1)


class ReasonKind(IntEnum):
    """Why somebody is on the list; the order is that of the list."""

    PROMISED = 1
    TOLD_LATE = 2
    NEWBORN = 3
    SPECIAL = 4
    LOOK_AGAIN = 5
    LAST_YEAR = 6
    WAITING_SOON = 7


LABELS = {
    ReasonKind.PROMISED: "已答应缴费",
    ReasonKind.TOLD_LATE: "自述已缴，清单未到",
    ReasonKind.NEWBORN: "新生儿",
    ReasonKind.SPECIAL: "特殊群体未参保",
    ReasonKind.LOOK_AGAIN: "约好今天再联系",
    ReasonKind.LAST_YEAR: "去年参保今年未缴",
    ReasonKind.WAITING_SOON: "等待期将至",
}


@dataclass(frozen=True, slots=True)
class Uninsured:
    """What is known of somebody who is not insured yet. `special`: the subsidised category, or ''."""

    id: int
    household: str
    name: str
    birth_date: date
    insured_years: frozenset[int] = frozenset()
    special: str = ""
    due: Decimal | None = None
    subsidy: Decimal = Decimal(0)
    last_tried_on: date | None = None
    look_again_on: date | None = None
    promised: bool = False
    told_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class LapseCost:
    """What lapsing costs, in words, with the clause."""

    says: str
    source: Source


@dataclass(frozen=True, slots=True)
class Why:
    """One reason to go to one person; `lapses_on` is the last day on which it is not too late, if there is one."""

    kind: ReasonKind
    person: Uninsured
    says: str
    lapses_on: date | None = None
    costs: tuple[LapseCost, ...] = ()

    @property
    def label(self) -> str:
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Call:
    """A household to go to."""

    household: str
    reasons: tuple[Why, ...] = field(default_factory=tuple)


def todays_list(policy: Policy, people: Iterable[Uninsured], *, today: date, most: int = MOST) -> list[Call]:
    """The households to go to, at most `most`."""
    by_household: dict[str, list[Why]] = {}
    for person in people:
        if why := reason_of(policy, person, today=today):
            by_household.setdefault(person.household, []).append(why)
    calls = [Call(household, tuple(sorted(reasons, key=_order))) for household, reasons in by_household.items()]
    calls.sort(key=lambda call: (_order(call.reasons[0]), call.household))
    return calls[: max(most, 0)]


def reason_of(policy: Policy, person: Uninsured, *, today: date) -> Why | None:
    """The first reason that fits, or None for somebody who is left in peace today."""
    if person.told_due_on is not None:
        if today <= person.told_due_on:
            return None  # the tax bureau's list may still bring it
        return Why(ReasonKind.TOLD_LATE, person, f"自述已缴，{_day(person.told_due_on)}以前税务清单没有到，请核实")
    newborn = _newborn(policy, person, today)
    if newborn and newborn.lapses_on and (newborn.lapses_on - today).days <= NEWBORN_URGENT_DAYS:
        return newborn
    if person.look_again_on and person.look_again_on <= today:
        return _agreed(policy, person, today)
    if _rests(person, today):
        return None
    return (
        newborn or _special(policy, person, today) or _last_year(policy, person, today) or _soon(policy, person, today)
    )


def _order(why: Why) -> tuple[int, date]:
    return why.kind, why.lapses_on or date.max


def _rests(person: Uninsured, today: date) -> bool:
    if person.look_again_on:
        return True
    return person.last_tried_on is not None and (today - person.last_tried_on).days < REST_DAYS


def _agreed(policy: Policy, person: Uninsured, today: date) -> Why:
    kind = ReasonKind.PROMISED if person.promised else ReasonKind.LOOK_AGAIN
    on = person.look_again_on or today
    day = "今天" if on == today else _day(on)
    says = f"答应{day}缴费" if person.promised else f"约好{day}再联系"
    return Why(kind, person, says, None, costs_of(policy, person, today=today))


def _newborn(policy: Policy, person: Uninsured, today: date) -> Why | None:
    last = newborn_last_day(policy, person.birth_date)
    if last is None or last < today or person.birth_date > today:
        return None
    left = (last - today).days
    says = f"{_day(person.birth_date)}出生，" + (f"还有 {left} 天（到{_day(last)}）" if left else "今天是最后一天")
    return Why(ReasonKind.NEWBORN, person, says, last, costs_of(policy, person, today=today))


def _special(policy: Policy, person: Uninsured, today: date) -> Why | None:
    if not person.special:
        return None
    owes = f"，本人只缴 {yuan(person.due)}" if person.due is not None else ""
    says = f"{person.special}，今年资助 {yuan(person.subsidy)}{owes}"
    return Why(ReasonKind.SPECIAL, person, says, _last_in_time(policy, today), costs_of(policy, person, today=today))


def _last_year(policy: Policy, person: Uninsured, today: date) -> Why | None:
    if policy.year - 1 not in person.insured_years:
        return None
    years = _years_running(policy, person)
    says = f"已连续参保 {years} 年，{policy.year}年度还没有缴"
    return Why(ReasonKind.LAST_YEAR, person, says, _last_in_time(policy, today), costs_of(policy, person, today=today))


def _soon(policy: Policy, person: Uninsured, today: date) -> Why | None:
    last = _last_in_time(policy, today)
    if last is None or (last - today).days > SOON_DAYS:
        return None
    says = f"再过 {(last - today).days} 天集中征缴期结束" if last > today else "今天集中征缴期结束"
    return Why(ReasonKind.WAITING_SOON, person, says, last, costs_of(policy, person, today=today))


def newborn_last_day(policy: Policy, birth_date: date) -> date | None:
    """The last day on which this newborn's payment brings the cover it brings now, or None if none is near."""
    rule = policy.newborn
    if rule.pay_by and rule.pay_by.start <= birth_date <= rule.pay_by.end:
        return rule.pay_by.paid_by
    if benefits.is_born_before(policy, birth_date):
        return policy.period.end
    if birth_date < rule.born_from:
        return None
    return birth_date + timedelta(days=rule.window_days)


def costs_of(policy: Policy, person: Uninsured, *, today: date) -> tuple[LapseCost, ...]:
    """What it costs this person to pay too late, and not to pay this year at all."""
    found = [_cost_of_late(policy, person, today), *_costs_of_a_missed_year(policy, person)]
    return tuple(cost for cost in found if cost)


def _cost_of_late(policy: Policy, person: Uninsured, today: date) -> LapseCost | None:
    """Of the days that matter, the first after which paying brings less than paying today."""
    now = _cover(policy, person, today)
    for last in _last_days(policy, person):
        if last < today:
            continue
        # Two days on: on the first of January cover begins as for those who paid in December.
        later = _cover(policy, person, last + 2 * _DAY)
        says = _says_worse(now, later, last)
        if says:
            return LapseCost(says, later.reasons[0].source)
    return None


def _says_worse(now: Cover, later: Cover, last: date) -> str:
    if now.start is None:
        return ""
    if later.start is None:
        return f"过了{long_date(last)}才缴费，本年度享受不到待遇"
    if later.waiting_months > now.waiting_months:
        return f"过了{long_date(last)}才缴费，要等 {later.waiting_months} 个月才能享受待遇"
    if later.start > max(now.start, last + _DAY):
        return f"{long_date(last)}（含）前缴费从{long_date(now.start)}享受待遇，过了这一天从缴费之日才享受"
    return ""


def _costs_of_a_missed_year(policy: Policy, person: Uninsured) -> Iterable[LapseCost]:
    if policy.year - 1 not in person.insured_years or benefits.is_exempt(policy, person.special):
        return
    waiting = policy.benefits.waiting
    months = benefits.waiting_months(policy, late=False, gap=1)
    if months:
        yield LapseCost(f"今年不缴、明年再缴，要等 {months} 个月才能享受待遇", waiting.source)
    rule = policy.benefits.large_illness
    award = awards.large_illness(policy, insured_years=person.insured_years)
    if rule and award:
        years = _years_running(policy, person)
        if award.continuous_steps:
            raised = rule.step * award.continuous_steps
            yield LapseCost(
                f"已连续参保 {years} 年，大病保险限额提高的 {yuan(raised)}（连续参保激励）断一年就没有了", rule.source
            )
        else:
            yield LapseCost(
                f"已连续参保 {years} 年，断一年要从头算；满 {rule.continuous_years} 年起才有大病保险激励", rule.source
            )


def _cover(policy: Policy, person: Uninsured, paid_on: date) -> Cover:
    return benefits.cover(
        policy,
        birth_date=person.birth_date,
        paid_on=paid_on,
        insured_years=person.insured_years,
        category=person.special,
        pays=person.due is None or person.due > 0,
    )


def _last_days(policy: Policy, person: Uninsured) -> list[date]:
    days = {policy.year_start - _DAY, policy.period.end}
    national = policy.benefits.national_period
    if national and national.in_time:
        days.add(national.end)
    if last := newborn_last_day(policy, person.birth_date):
        days.add(last)
    return sorted(days)


def _last_in_time(policy: Policy, today: date) -> date | None:
    """The last day that does not count as late, or None if that is past."""
    national = policy.benefits.national_period
    last = national.end if national and national.in_time else policy.period.end
    return last if last >= today else None


def _years_running(policy: Policy, person: Uninsured) -> int:
    first = policy.year
    while first - 1 in person.insured_years:
        first -= 1
    return policy.year - first


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
