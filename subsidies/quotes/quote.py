"""应缴核算: what one person owes for one year, who pays the rest, from when it covers, and why.

Pure: a policy, facts and dates in; a Quote out, or a QuoteError whose code belongs to the contract of
`manage.py quote`.
"""

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from core.amounts import yuan
from core.text import long_date
from subsidies.policy.parts import Category
from subsidies.policy.policies import Policy
from subsidies.quotes import benefits
from subsidies.quotes.benefits import Reason

OLDEST = 130  # no one who pays is older, in years
NO_FEE = Decimal("0.00")


class QuoteError(ValueError):
    """A question without an answer. `.code`: unknown_category, amount_not_set, payment_day_closed or bad_input."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


class Recognition(NamedTuple):
    """What a department recognised somebody as, in its own words, since when, and when it ended."""

    category: str
    recognised_on: datetime.date
    ended_on: datetime.date | None = None


class Quote(NamedTuple):
    """Amounts in yuan with two decimals; `standard` is always `subsidy` + `due`, and `funds` add up to `subsidy`.

    Where the notice charges no fee at all (the year of birth) all three are zero and no fund owes anything.
    """

    standard: Decimal
    subsidy: Decimal
    due: Decimal
    category: str
    funds: tuple[tuple[str, Decimal], ...]
    benefit_from: datetime.date | None
    benefit_to: datetime.date | None
    waiting_months: int
    reasons: tuple[Reason, ...]


def quote(
    policy: Policy,
    *,
    birth_date: datetime.date,
    paid_on: datetime.date,
    identities: Iterable[Recognition] = (),
    insured_years: Collection[int] | None = None,
    repaid_years: int = 0,
    parent_insured: bool | None = None,
    taking_payment: bool = True,
) -> Quote:
    """Return what this person owes if paying on `paid_on`. Raise QuoteError.

    `insured_years` are the years insured before, None where they are not known; `repaid_years` counts the gap years
    paid back; `parent_insured` is whether father or mother is insured, None where it is not known. Without
    `taking_payment` (enrolment of the fully subsidised, a difference worked out afterwards) the days on which payment
    is closed do not matter.
    """
    _check_facts(policy, birth_date, paid_on, insured_years, repaid_years)
    held = [(_find_category(policy, item.category), item) for item in identities]
    if taking_payment:
        _check_payment_day(policy, birth_date, paid_on)
    standard, category = policy.standard, policy.ordinary
    no_fee = _birth_year_fee(policy, birth_date, parent_insured)
    amounts: tuple[Reason, ...]
    why: tuple[Reason, ...] = ()
    if no_fee:
        standard, amounts = NO_FEE, (no_fee,)
    else:
        if held or birth_date >= policy.by_age_from:
            category, why = _choose_category(policy, birth_date, paid_on, held)
        amounts = _amounts(policy, category)
    subsidy = NO_FEE if no_fee or category.subsidy is None else category.subsidy
    covered = benefits.cover(
        policy,
        birth_date=birth_date,
        paid_on=paid_on,
        insured_years=insured_years,
        repaid_years=repaid_years,
        category=category.name,
        pays=standard > subsidy,
    )
    return Quote(
        standard,
        subsidy,
        standard - subsidy,
        category.name,
        () if no_fee else category.funds,
        covered.start,
        covered.end,
        covered.waiting_months,
        amounts + why + covered.reasons,
    )


def _check_facts(
    policy: Policy,
    birth_date: datetime.date,
    paid_on: datetime.date,
    insured_years: Collection[int] | None,
    repaid_years: int,
) -> None:
    if birth_date > paid_on:
        raise QuoteError(
            "bad_input", f"出生日期{long_date(birth_date)}晚于缴费日期{long_date(paid_on)}，请核对身份证和缴费日期"
        )
    if paid_on.year - birth_date.year > OLDEST:
        raise QuoteError("bad_input", f"出生日期{long_date(birth_date)}距缴费日期超过 {OLDEST} 年，请核对身份证")
    if repaid_years < 0:
        raise QuoteError("bad_input", f"补缴年数 {repaid_years} 不能小于 0")
    for year in insured_years or ():
        if not birth_date.year <= year <= policy.year:
            says = f"参保年份 {year} 应在出生年份 {birth_date.year} 到 {policy.year} 之间"
            raise QuoteError("bad_input", f"{says}，请核对参保记录")


def _find_category(policy: Policy, name: str) -> Category:
    if category := policy.category(name):
        return category
    if unclear := policy.not_precise(name):
        means = "，还是".join(f"“{meaning}”" for meaning in unclear.means)
        raise QuoteError("unknown_category", f"“{name}”不够明确，请写明是{means}")
    names = "、".join(c.name for c in policy.categories)
    says = f"{policy.county_name}{policy.year}年度没有“{name}”这个类别"
    raise QuoteError("unknown_category", f"{says}；可用的类别有：{names}")


def _check_payment_day(policy: Policy, birth_date: datetime.date, paid_on: datetime.date) -> None:
    """沁水 四, 屯留 四: days 1–25 bind within the period; 屯留 三: newborns are bound by neither."""
    days, period = policy.payment_days, policy.period
    if paid_on > policy.year_end:
        says = f"{policy.year}年度已于{long_date(policy.year_end)}结束，{long_date(paid_on)}不能再缴这一年的费"
        raise QuoteError("payment_day_closed", says)
    if policy.newborn.any_day and benefits.is_newborn(policy, birth_date, paid_on):
        return
    if paid_on < period.start and not benefits.is_born_before(policy, birth_date):
        says = f"{policy.year}年度从{long_date(period.start)}开始缴费，{long_date(paid_on)}还没有开始"
        raise QuoteError("payment_day_closed", f"{says}（{period.source}）")
    if days and paid_on in period and not days.first <= paid_on.day <= days.last:
        says = f"征缴期内每月 {days.first}—{days.last} 日办理缴费，{long_date(paid_on)}不能缴费，请在办理日期内缴"
        raise QuoteError("payment_day_closed", f"{says}（{days.source}）")


def _birth_year_fee(policy: Policy, birth_date: datetime.date, parent_insured: bool | None) -> Reason | None:
    """Return why the year of birth is free: always (屯留 三), or with an insured parent (内乡 四（二）3)."""
    rule = policy.newborn.birth_year
    if rule is None or birth_date.year != policy.year:
        return None
    if rule.fee == "free":
        return Reason(f"{policy.year}年出生，出生当年不缴费，不由任何资金承担", rule.source)
    if parent_insured:
        return Reason(f"{policy.year}年出生，父或母已参保，出生当年不缴费，不由任何资金承担", rule.source)
    return None


def _choose_category(
    policy: Policy,
    birth_date: datetime.date,
    paid_on: datetime.date,
    held: Iterable[tuple[Category, Recognition]],
) -> tuple[Category, tuple[Reason, ...]]:
    """Return the most favourable category that counts, never two at once; on a tie the one listed first."""
    counted, why = {}, []
    for category, recognition in held:
        if category.ordinary or category.by_age:
            continue
        counts, says = AFTER_PERIOD[policy.late_recognition.after_period](policy, recognition, paid_on)
        if counts:
            counted[category.name] = category
        if says:
            why.append(Reason(f"{category.name}：{says}", policy.late_recognition.source))
    for category in policy.by_age:
        if _is_of_age(policy, category, birth_date, paid_on):
            counted[category.name] = category
    for category in [c for c in counted.values() if c.requires_any and not counted.keys() & set(c.requires_any)]:
        del counted[category.name]
        says = f"{category.name}要同时是{'、'.join(category.requires_any)}之一才享受资助"
        why.append(Reason(says, category.source))
    amounts = [c for c in (*counted.values(), policy.ordinary) if c.subsidy is not None]
    best = min(amounts, key=lambda c: (-(c.subsidy or 0), c.ordinary, c.order))
    unset = next((c for c in counted.values() if c.subsidy is None), None)
    if unset and (best.subsidy or NO_FEE) < policy.standard:
        says = f"“{unset.name}”的资助金额通知没有写明，要由{unset.not_set}确定后才能核算"
        raise QuoteError("amount_not_set", f"{says}（{unset.source}）")
    if len(counted) > 1:
        others = "、".join(c.name for c in counted.values() if c is not best)
        why.append(Reason(f"就高不就低，按{best.name}资助，不与{others}叠加", best.source))
    return best, tuple(why)


def _is_of_age(policy: Policy, category: Category, birth_date: datetime.date, paid_on: datetime.date) -> bool:
    """Granted by age when registered in the period; newborns are not bound to it (屯留 三)."""
    if category.born_from is None or category.under_years is None or birth_date < category.born_from:
        return False
    if not benefits.is_under(category.under_years, birth_date, paid_on):
        return False
    return paid_on in policy.period or benefits.is_newborn(policy, birth_date, paid_on)


def in_force(policy: Policy, item: Recognition, on: datetime.date) -> bool:
    """Whether a recognition is in force that day. 高阳 二（五）3: one ended after the period lasts out the month."""
    if item.ended_on is None:
        return True
    ends = item.ended_on
    if policy.late_recognition.after_period == "from_next_month" and ends > policy.period.end:
        ends = next_month(ends)
    return on < ends


def next_month(day: datetime.date) -> datetime.date:
    """Return the first day of the month after that of `day`."""
    return benefits.add_months(day.replace(day=1), 1)


def _nothing_after_period(policy: Policy, item: Recognition, paid_on: datetime.date) -> tuple[bool, str]:
    """内乡 三（二）, 西峡 七（一）: recognised after the last day of the period, nothing this year."""
    if not in_force(policy, item, paid_on):
        return False, ""
    if item.recognised_on > policy.period.end:
        return (
            False,
            f"{long_date(item.recognised_on)}认定，在集中征缴期（{long_date(policy.period.end)}止）之后，当年不享受参保资助",
        )
    return True, _paid_before(policy, item.recognised_on, paid_on)


def _unless_paid(policy: Policy, item: Recognition, paid_on: datetime.date) -> tuple[bool, str]:
    """Recognised after the period: counts for those who have not paid yet, from the day of recognition on."""
    return _from_day(policy, item, paid_on, item.recognised_on)


def _from_next_month(policy: Policy, item: Recognition, paid_on: datetime.date) -> tuple[bool, str]:
    """高阳 二（五）3, 6: recognised after the period, counts from the first of the next month; no refund before it."""
    return _from_day(policy, item, paid_on, next_month(item.recognised_on))


def _from_day(
    policy: Policy, item: Recognition, paid_on: datetime.date, counts_from: datetime.date
) -> tuple[bool, str]:
    if not in_force(policy, item, paid_on):
        return False, ""
    if item.recognised_on <= policy.period.end:
        return True, _paid_before(policy, item.recognised_on, paid_on)
    late = f"{long_date(item.recognised_on)}认定，在集中征缴期之后，从{long_date(counts_from)}起享受资助"
    if paid_on < counts_from:
        return False, f"{late}，此前缴费的不资助、不再退费"
    return True, f"{late}，尚未缴费的按新身份缴费"


def _paid_before(policy: Policy, recognised_on: datetime.date, paid_on: datetime.date) -> str:
    if recognised_on <= paid_on:
        return ""
    then = {"refund": "多缴的差额退还本人", "notify": "多缴的差额退不退通知没有写，请经办人员处理"}
    return f"{long_date(recognised_on)}认定，在缴费之后、集中征缴期内，{then[policy.late_recognition.after_payment]}"


#: The rule for recognitions after the period, by the word that a policy file gives.
AFTER_PERIOD = {"nothing": _nothing_after_period, "unless_paid": _unless_paid, "from_next_month": _from_next_month}


@lru_cache(maxsize=4096)
def _amounts(policy: Policy, category: Category) -> tuple[Reason, ...]:
    fee = Reason(f"{policy.year}年度个人缴费标准每人 {yuan(policy.standard)}", policy.fee.source)
    if not category.subsidy:
        return fee, Reason(f"{category.name}：没有资助，按标准缴费", category.source)
    due = policy.standard - category.subsidy
    says = f"{category.name}：由{category.fund}资助 {yuan(category.subsidy)}，个人缴 {yuan(due)}"
    return fee, Reason(says, category.source)
