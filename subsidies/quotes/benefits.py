"""From when to when a payment covers, and why: facts and dates in, an answer with its reasons out.

All of it is advice to the resident: provincial documents prevail, and the reasons say so.
"""

import datetime
from calendar import monthrange
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from core.county_words import county_word
from core.text import long_date
from subsidies.policy.parts import Source
from subsidies.policy.policies import Policy

ADVICE = "（供参考，以省市文件为准）"


class Reason(NamedTuple):
    """One step of an answer, with the clause it rests on."""

    says: str
    source: Source


class Cover(NamedTuple):
    """First and last day of cover, both None when waiting outlasts the year, and the months of waiting."""

    start: datetime.date | None
    end: datetime.date | None
    waiting_months: int
    reasons: tuple[Reason, ...]


class NewbornDeadline(NamedTuple):
    """The last day for insuring a newborn, what depends on it, and the clause."""

    day: datetime.date
    says: str
    source: Source


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_under(years: int, birth_date: datetime.date, on: datetime.date) -> bool:
    """Whether the birthday of that many years is still to come on `on`. Born on 29 February: 1 March otherwise."""
    return (on.year - birth_date.year, on.month, on.day) < (years, birth_date.month, birth_date.day)


def gap_years(year: int, insured_years: Collection[int] | None) -> int:
    """Years without cover between the last insured year and `year`; 0 if nothing is known of earlier years."""
    earlier = [y for y in insured_years or () if y < year]
    return year - 1 - max(earlier) if earlier else 0


def waiting_months(policy: Policy, *, late: bool, gap: int, repaid: int = 0) -> int:
    """Months to wait for one who paid after the period, or after a gap of so many years, some of them paid back."""
    if not late and not gap:
        return 0
    rule = policy.benefits.waiting
    variable = rule.months_per_gap_year * gap - rule.months_less_per_repaid_year * min(repaid, gap)
    months = rule.fixed_months + max(variable, 0)
    if gap >= rule.long_gap_years:
        months = max(months, rule.long_gap_minimum_months)
    return months


def is_newborn(policy: Policy, birth_date: datetime.date, on: datetime.date) -> bool:
    """Whether this child was born in the policy's year, or not more than `window_days` before `on`."""
    return birth_date >= policy.year_start or (on - birth_date).days <= policy.newborn.window_days


def newborn_start(policy: Policy, birth_date: datetime.date, paid_on: datetime.date) -> datetime.date | None:
    """Return the first day of cover under the newborn rule; None for those who are no newborns in its sense."""
    rule = policy.newborn
    if is_born_before(policy, birth_date):
        return birth_date
    if birth_date < rule.born_from or not is_newborn(policy, birth_date, paid_on):
        return None
    within = (paid_on - birth_date).days <= rule.window_days
    start = rule.within if within else rule.after
    in_year = birth_date >= policy.year_start
    return birth_date if start == "birth" and in_year else max(paid_on, policy.year_start)


def is_born_before(policy: Policy, birth_date: datetime.date) -> bool:
    """Whether the policy covers this child of the year before from its birth (高阳 二（五）4)."""
    before = policy.newborn.born_before
    return before is not None and before.start <= birth_date <= before.end


def missed_pay_by(policy: Policy, birth_date: datetime.date, paid_on: datetime.date) -> bool:
    """Whether a child of the year before paid after the last day on which that brings cover (内乡 四（二）3)."""
    rule = policy.newborn.pay_by
    return rule is not None and rule.start <= birth_date <= rule.end and paid_on > rule.paid_by


def newborn_deadline(policy: Policy, birth_date: datetime.date) -> NewbornDeadline | None:
    """Return the last day on which insuring this child brings what the notice gives newborns; None for all others."""
    if is_born_before(policy, birth_date):
        return None  # 高阳 二（五）4: covered from birth whenever the year is paid for
    if (rule := policy.newborn.pay_by) and rule.start <= birth_date <= rule.end:
        return NewbornDeadline(rule.paid_by, f"过期缴费享受不到{policy.year}年待遇", rule.source)
    newborn = policy.newborn
    if birth_date < newborn.born_from:
        return None
    from_birth = newborn.within == "birth" and birth_date >= policy.year_start
    says = "期内参保从出生之日起享受待遇，过期从缴费之日起" if from_birth else "期内参保没有等待期"
    return NewbornDeadline(birth_date + datetime.timedelta(days=newborn.window_days), says, newborn.source)


def is_exempt(policy: Policy, category: str) -> bool:
    """Whether people of this category never wait (内乡 四（二）2: 新生儿等特殊群体; 三（二） says who these are)."""
    rule = policy.benefits.waiting.exempt
    return rule is not None and category in rule.categories


def is_late(policy: Policy, paid_on: datetime.date) -> bool:
    """Whether a payment came after the period that waiting is counted by: the county's, or the national one."""
    national = policy.benefits.national_period
    return paid_on > (national.end if national and national.in_time else policy.period.end)


def cover(
    policy: Policy,
    *,
    birth_date: datetime.date,
    paid_on: datetime.date,
    insured_years: Collection[int] | None = None,
    repaid_years: int = 0,
    category: str = "",
    pays: bool = True,
) -> Cover:
    """Return what a payment on `paid_on` covers.

    `insured_years`: the years insured before, None where they are not known. `category`: the one applied. `pays`:
    whether anything is due; who owes nothing cannot pay too late.
    """
    if birth_date >= policy.newborn.born_from or is_born_before(policy, birth_date):
        start = newborn_start(policy, birth_date, paid_on)
        if start is not None:
            return Cover(start, policy.year_end, 0, _newborn_reasons(policy, birth_date, paid_on, start))
    if pays and (rule := policy.newborn.pay_by) and missed_pay_by(policy, birth_date, paid_on):
        born = f"{long_date(rule.start)}至{long_date(rule.end)}出生的"
        by = f"须在{long_date(rule.paid_by)}（含）前缴费才能享受{policy.year}年待遇"
        says = f"{born}，{by}，{long_date(paid_on)}缴费的享受不到{ADVICE}"
        return Cover(None, None, 0, (Reason(says, rule.source),))
    start = max(paid_on, policy.year_start)
    late = is_late(policy, paid_on)
    gap = gap_years(policy.year, insured_years) if insured_years else 0
    if not late and not gap:
        return _in_period(policy, start)
    if (exempt := policy.benefits.waiting.exempt) and is_exempt(policy, category):
        says = f"{category}属于特殊群体，没有等待期，从{long_date(start)}享受待遇{ADVICE}"
        return Cover(start, policy.year_end, 0, (Reason(says, exempt.source),))
    return _after_waiting(policy, paid_on, start, late, gap, repaid_years)


def _after_waiting(
    policy: Policy, paid_on: datetime.date, start: datetime.date, late: bool, gap: int, repaid: int
) -> Cover:
    """Return the cover of somebody who paid late or came back after a gap: from the end of the waiting months."""
    waiting = policy.benefits.waiting
    months = waiting_months(policy, late=late, gap=gap, repaid=repaid)
    first = add_months(start, months)
    reasons = [Reason(_why_waiting(policy, late, gap, repaid, months), waiting.source)]
    national = policy.benefits.national_period
    if national and late and paid_on <= national.end:
        says = (
            f"国家规定集中征缴期到{long_date(national.end)}止，"
            f"本{county_word(policy.county_code)}按{long_date(policy.period.end)}止计等待期{ADVICE}"
        )
        reasons.append(Reason(says, national.source))
    if first > policy.year_end:
        says = f"等待期满是{long_date(first)}，已过{long_date(policy.year_end)}，本年度享受不到待遇{ADVICE}"
        return Cover(None, None, months, (*reasons, Reason(says, waiting.source)))
    says = f"等待期满，从{long_date(first)}享受待遇{ADVICE}"
    return Cover(first, policy.year_end, months, (*reasons, Reason(says, policy.benefits.source)))


@lru_cache(maxsize=4096)
def _in_period(policy: Policy, start: datetime.date) -> Cover:
    """The cover of most people, who pay in the period year after year: the same for all who pay on one day."""
    says = f"集中征缴期内缴费，从{long_date(start)}享受待遇{ADVICE}"
    return Cover(start, policy.year_end, 0, (Reason(says, policy.benefits.source),))


def _newborn_reasons(
    policy: Policy, birth_date: datetime.date, paid_on: datetime.date, start: datetime.date
) -> tuple[Reason, ...]:
    rule = policy.newborn
    if (before := rule.born_before) and is_born_before(policy, birth_date):
        born = f"{long_date(before.start)}至{long_date(before.end)}出生，从出生之日起"
        says = f"{born}享受待遇至{long_date(policy.year_end)}{ADVICE}"
        return (Reason(says, before.source), *(Reason(note, rule.source) for note in rule.notes))
    days = (paid_on - birth_date).days
    within = "以内" if days <= rule.window_days else "以后"
    # Neither the date nor the day of life: a payment's day stands beside it, and the number is masked where it is read.
    first = "出生之日起" if start == birth_date else long_date(start)
    says = f"新生儿出生 {rule.window_days} 天{within}参保，从{first}享受待遇，没有等待期{ADVICE}"
    return (Reason(says, rule.source), *(Reason(note, rule.source) for note in rule.notes))


def _why_waiting(policy: Policy, late: bool, gap: int, repaid: int, months: int) -> str:
    rule = policy.benefits.waiting
    why = [f"{long_date(policy.period.end)}集中征缴期结束后缴费"] if late else []
    parts = [f"固定 {rule.fixed_months} 个月"]
    if gap:
        why.append(f"断保 {gap} 年")
        parts.append(f"断保 {gap} 年加 {rule.months_per_gap_year * gap} 个月")
        if repaid:
            parts.append(f"补缴 {min(repaid, gap)} 年减 {rule.months_less_per_repaid_year * min(repaid, gap)} 个月")
        if gap >= rule.long_gap_years:
            parts.append(f"断保 {rule.long_gap_years} 年及以上不少于 {rule.long_gap_minimum_months} 个月")
    return f"{'、'.join(why)}，待遇等待期 {months} 个月（{'，'.join(parts)}）{ADVICE}"
