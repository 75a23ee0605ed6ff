"""应缴核算: what one person owes for one year, who pays the rest, from when it covers, and why.

Pure: a policy, facts and dates in; a Quote out, or a QuoteError whose code belongs to the contract of
`manage.py quote`.
"""

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from subsidies.policy.parts import Category
from subsidies.policy.policies import Policy
from subsidies.quotes import benefits
from subsidies.quotes.benefits import Reason

OLDEST = 130  # no one who pays is older, in years


class QuoteError(ValueError):
    """A question without an answer. `.code`: unknown_category, amount_not_set, payment_day_closed or bad_input."""

    def __init__(self, code: str, message: str):
        self.code, self.message = code, message
        super().__init__(message)


class Identity(NamedTuple):
    """What a department recognised, in its own words, and since when."""

    category: str
    recognised_on: datetime.date


class Quote(NamedTuple):
    """Amounts in yuan with two decimals; `standard` is always `subsidy` + `due`, and `funds` add up to `subsidy`."""

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
    identities: Iterable[Identity] = (),
    insured_years: Collection[int] | None = None,
    repaid_years: int = 0,
    taking_payment: bool = True,
) -> Quote:
    """What this person owes if paying on `paid_on`.

    `insured_years` are the years insured before, None where they are not known; `repaid_years` counts the gap years
    paid back. Without `taking_payment` (enrolment of the fully subsidised, a difference worked out afterwards) the days
    on which payment is closed do not matter. Raises QuoteError.
    """
    _check_facts(policy, birth_date, paid_on, insured_years, repaid_years)
    identities = [(*_known(policy, name), recognised_on) for name, recognised_on in identities]
    if taking_payment:
        _check_payment_day(policy, birth_date, paid_on)
    if identities or birth_date >= policy.by_age_from:
        category, why = _category(policy, birth_date, paid_on, identities)
    else:
        category, why = policy.ordinary, ()
    covered = benefits.cover(
        policy, birth_date=birth_date, paid_on=paid_on, insured_years=insured_years, repaid_years=repaid_years
    )
    amounts = _amounts(policy, category)
    return Quote(
        policy.standard,
        category.subsidy,
        policy.standard - category.subsidy,
        category.name,
        category.funds,
        covered.start,
        covered.end,
        covered.waiting_months,
        amounts + why + covered.reasons,
    )


def _check_facts(policy, birth_date, paid_on, insured_years, repaid_years):
    if birth_date > paid_on:
        raise QuoteError("bad_input", f"出生日期 {birth_date} 晚于缴费日期 {paid_on}，请核对身份证和缴费日期")
    if paid_on.year - birth_date.year > OLDEST:
        raise QuoteError("bad_input", f"出生日期 {birth_date} 距缴费日期超过 {OLDEST} 年，请核对身份证")
    if repaid_years < 0:
        raise QuoteError("bad_input", f"补缴年数 {repaid_years} 不能小于 0")
    for year in insured_years or ():
        if not birth_date.year <= year <= policy.year:
            says = f"参保年份 {year} 应在出生年份 {birth_date.year} 到 {policy.year} 之间"
            raise QuoteError("bad_input", f"{says}，请核对参保记录")


def _known(policy: Policy, name: str) -> tuple[Category]:
    if category := policy.category(name):
        return (category,)
    if unclear := policy.not_precise(name):
        means = "，还是".join(f"“{meaning}”" for meaning in unclear.means)
        raise QuoteError("unknown_category", f"“{name}”不够明确，请写明是{means}")
    known = "、".join(c.name for c in policy.categories)
    says = f"{policy.county_name}{policy.year}年度没有“{name}”这个类别"
    raise QuoteError("unknown_category", f"{says}；可用的类别有：{known}")


def _check_payment_day(policy: Policy, birth_date: datetime.date, paid_on: datetime.date):
    days, period = policy.payment_days, policy.period
    if days and not days.first <= paid_on.day <= days.last:
        says = f"每月 {days.first}—{days.last} 日办理缴费，{paid_on} 不能缴费，请改在 {days.first}—{days.last} 日缴"
        raise QuoteError("payment_day_closed", f"{says}（{days.source}）")
    if paid_on < period.start and not benefits.is_born_before(policy, birth_date):
        says = f"{policy.year}年度从 {period.start} 开始缴费，{paid_on} 还没有开始"
        raise QuoteError("payment_day_closed", f"{says}（{period.source}）")
    if paid_on > policy.year_end:
        says = f"{policy.year}年度已于 {policy.year_end} 结束，{paid_on} 不能再缴这一年的费"
        raise QuoteError("payment_day_closed", says)


def _category(policy, birth_date, paid_on, identities) -> tuple[Category, tuple[Reason, ...]]:
    """The most favourable category that counts, never two at once; on a tie the one listed first in the policy."""
    counted, why = {}, []
    for category, recognised_on in identities:
        if category.ordinary or category.by_age:
            continue
        counts, says = AFTER_PERIOD[policy.late_recognition.after_period](policy, recognised_on, paid_on)
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
    known = [c for c in counted.values() if c.subsidy is not None]
    best = min((*known, policy.ordinary), key=lambda c: (-c.subsidy, c.ordinary, c.order))
    unset = next((c for c in counted.values() if c.subsidy is None), None)
    if unset and best.subsidy < policy.standard:
        says = f"“{unset.name}”的资助金额通知没有写明，要由{unset.not_set}确定后才能核算"
        raise QuoteError("amount_not_set", f"{says}（{unset.source}）")
    if len(counted) > 1:
        others = "、".join(c.name for c in counted.values() if c is not best)
        why.append(Reason(f"就高不就低，按{best.name}资助，不与{others}叠加", best.source))
    return best, tuple(why)


def _is_of_age(policy, category, birth_date, paid_on) -> bool:
    """Granted by age when registered in the period; newborns are not bound to it (屯留 三)."""
    if birth_date < category.born_from or not benefits.is_under(category.under_years, birth_date, paid_on):
        return False
    newborn = birth_date >= policy.year_start or (paid_on - birth_date).days <= policy.newborn.window_days
    return paid_on in policy.period or newborn


def _nothing_after_period(policy, recognised_on, paid_on) -> tuple[bool, str]:
    """内乡 三（二）, 西峡 七（一）: recognised after the last day of the period, nothing this year."""
    if recognised_on > policy.period.end:
        return False, f"{recognised_on} 认定，在集中征缴期（{policy.period.end} 止）之后，当年不享受参保资助"
    return True, _paid_before(policy, recognised_on, paid_on)


def _unless_paid(policy, recognised_on, paid_on) -> tuple[bool, str]:
    """高阳 二（五）6: recognised after the period, nothing for those who have already paid."""
    if recognised_on <= policy.period.end:
        return True, _paid_before(policy, recognised_on, paid_on)
    if paid_on < recognised_on:
        return False, f"{recognised_on} 认定，在集中征缴期之后，此前已缴费的不再退费"
    return True, f"{recognised_on} 认定，在集中征缴期之后，尚未缴费，按新身份缴费"


def _paid_before(policy, recognised_on, paid_on) -> str:
    if recognised_on <= paid_on:
        return ""
    then = {"refund": "多缴的差额退还本人", "notify": "多缴的差额退不退通知没有写，请经办人员处理"}
    return f"{recognised_on} 认定，在缴费之后、集中征缴期内，{then[policy.late_recognition.after_payment]}"


AFTER_PERIOD = {"nothing": _nothing_after_period, "unless_paid": _unless_paid}


@lru_cache(maxsize=4096)
def _amounts(policy: Policy, category: Category) -> tuple[Reason, ...]:
    fee = Reason(f"{policy.year}年度个人缴费标准每人 {policy.standard} 元", policy.fee.source)
    if not category.subsidy:
        return fee, Reason(f"{category.name}：没有资助，按标准缴费", category.source)
    due = policy.standard - category.subsidy
    says = f"{category.name}：由{category.fund}资助 {category.subsidy} 元，个人缴 {due} 元"
    return fee, Reason(says, category.source)
