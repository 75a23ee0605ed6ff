"""大病保险激励: what years of cover in a row and years without a claim bring (内乡 四（二）1). Pure.

Kept per person are the facts, insured years and claims; the award is worked out from them by the county's rule, so a
break, a claim or a list that is taken back shows at once. All of it is advice: provincial documents prevail.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import NamedTuple

from core.amounts import yuan
from subsidies.policy.policies import Policy
from subsidies.quotes.benefits import ADVICE, Reason, gap_years


class Award(NamedTuple):
    """The large-illness incentives of one year, in yuan: steps earned, the raise they bring, the cap with it.

    `cap` is None where the cap is not known.
    """

    continuous_steps: int
    zero_claim_steps: int
    raised: Decimal
    cap: Decimal | None
    reasons: tuple[Reason, ...]


def zero_claim_years(
    *, insured: Collection[int], listed: Collection[int], claimed: Collection[int]
) -> list[int] | None:
    """The years somebody was insured and the fund paid nothing, of those whose claims are known whole (`listed`).

    None where no year's claims are known: no list says anything of anybody, and silence would be a guess.
    """
    return [year for year in sorted(listed) if year in insured and year not in claimed] if listed else None


def large_illness(
    policy: Policy,
    *,
    cap: Decimal | None = None,
    insured_years: Collection[int],
    zero_claim_years: Collection[int] | None = None,
    award_used_in: int | None = None,
) -> Award | None:
    """The raise of the large-illness cap in the policy's year; None where the notice knows no such thing.

    `cap` is in yuan; where it is not known the raise is not held against it. `insured_years` are those before the
    policy's year, which itself counts as insured; in `zero_claim_years` the fund paid nothing (None: not known);
    `award_used_in` is the last year a raise was drawn on, which clears the zero-claim years up to it.
    """
    rule = policy.benefits.large_illness
    if rule is None:
        return None
    first = policy.year
    while first - 1 in insured_years:
        first -= 1
    earning = range(max(first + rule.continuous_years, rule.since_year), policy.year + 1)
    cleared = award_used_in or 0
    zero = {
        y for y in zero_claim_years or () if y in insured_years and rule.since_year <= y < policy.year and y > cleared
    }
    steps = len(earning), len(zero)
    raised, limit = rule.step * sum(steps), ""
    if cap is not None:
        most = (cap * rule.ceiling).quantize(Decimal("0.01"))
        raised, cap, limit = min(raised, most), cap + min(raised, most), f"（{yuan(most)}）"
    claims = "另看报销记录" if zero_claim_years is None else f" {steps[1]} 次{_named(zero)}"
    says = (
        f"连续参保 {policy.year - first + 1} 年（含本年度），连续参保激励 {steps[0]} 次；零报销激励{claims}；"
        f"每次提高大病保险最高支付限额 {yuan(rule.step)}，累计不超过原封顶线的 {rule.ceiling * 100:.0f}%{limit}"
    )
    if gap_years(policy.year, insured_years):
        says += "；断保后再参保的最高支付限额要降低，降低多少通知没有写"
    if any(year < first for year in zero):
        says += "；断保以前的零报销年度，通知没有写作废，仍计入"
    return Award(*steps, raised, cap, (Reason(says + ADVICE, rule.source),))


def _named(years: Iterable[int]) -> str:
    named = "、".join(map(str, sorted(years)))
    return f"（{named} 年）" if named else ""
