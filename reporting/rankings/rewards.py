"""Work out the townships' money after the final evaluation: an amount a person, and prizes by the county's tiers.

内乡 六(四): ¥1.5 for each insured person, and ¥300,000 in first, second and third prizes for 16 townships.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.rankings.rank import RankedPlace

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Tier:
    """A prize for the townships ranked `first` to `last`, both counted; `amount` is for each of them."""

    name: str
    first: int
    last: int
    amount: Decimal


@dataclass(frozen=True)
class TownshipAward:
    code: str
    people: int
    working_funds: Decimal
    prize_name: str
    prize: Decimal

    @property
    def total(self) -> Decimal:
        return self.working_funds + self.prize


def check_tiers(tiers: Sequence[Tier]) -> list[str]:
    """Return what is wrong with the county's tiers, in Chinese; empty if they can be used."""
    problems = []
    expected = 1
    for tier in tiers:
        if tier.first > tier.last:
            problems.append(f"{tier.name}：起始名次 {tier.first} 大于截止名次 {tier.last}，请改正。")
        elif tier.first != expected:
            problems.append(f"{tier.name}：应从第 {expected} 名起，现为第 {tier.first} 名，名次不能重叠或空缺。")
        if tier.amount <= 0 or tier.amount != tier.amount.quantize(CENT):
            problems.append(f"{tier.name}：奖金应为大于 0、不超过两位小数的金额。")
        expected = tier.last + 1
    return problems


def awards(places: Sequence[RankedPlace], *, a_person: Decimal, tiers: Sequence[Tier]) -> list[TownshipAward]:
    """Return one award a region, in the order of `places`. A shared rank gets the same prize; no rank, no prize.

    Raise ValueError with the Chinese reason if the tiers overlap, leave a gap or carry no amount.
    """
    problems = check_tiers(tiers)
    if problems:
        raise ValueError("；".join(problems))
    result = []
    for place in places:
        tier = next((t for t in tiers if place.rank and t.first <= place.rank <= t.last), None)
        result.append(
            TownshipAward(
                code=place.code,
                people=place.achievement.done,
                working_funds=(a_person * place.achievement.done).quantize(CENT),
                prize_name=tier.name if tier else "",
                prize=tier.amount if tier else Decimal("0.00"),
            )
        )
    return result


def overspent(given: Sequence[TownshipAward], pool: Decimal) -> Decimal:
    """Return by how much the prizes exceed the pool, as shared ranks can cause; the county must change the tiers."""
    return max(Decimal("0.00"), sum((award.prize for award in given), Decimal("0.00")) - pool)
