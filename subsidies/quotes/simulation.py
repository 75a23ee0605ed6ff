"""政策测算: what a policy costs for people grouped by what decides, and who gains or loses beside another. Pure.

A quote depends on the categories a person is recognised in and, where a policy grants by age, on the birth date. So
people are counted by these, and each group is quoted once, however many people it has.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from subsidies.policy.policies import Policy
from subsidies.quotes.quote import Quote, QuoteError, Recognition, quote

#: Somebody whose age decides nothing.
ADULT_YEARS = 40
ZERO = Decimal("0.00")


class PeopleAlike(NamedTuple):
    """People of one township alike in all that decides. `birth_date` is None where age decides nothing."""

    township: str
    birth_date: datetime.date | None
    categories: tuple[str, ...]


@dataclass
class PolicyCost:
    """People and yuan; `due` is what they pay themselves."""

    people: int = 0
    subsidy: Decimal = ZERO
    due: Decimal = ZERO

    def add(self, people: int, subsidy: Decimal, due: Decimal) -> None:
        self.people += people
        self.subsidy += subsidy * people
        self.due += due * people


@dataclass
class Simulation:
    """What a policy costs, whole and by fund, category and township; people whose amount is not set by category."""

    whole: PolicyCost = field(default_factory=PolicyCost)
    by_fund: dict[str, PolicyCost] = field(default_factory=lambda: defaultdict(PolicyCost))
    by_category: dict[str, PolicyCost] = field(default_factory=lambda: defaultdict(PolicyCost))
    by_township: dict[str, PolicyCost] = field(default_factory=lambda: defaultdict(PolicyCost))
    not_set: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class PayingChange(NamedTuple):
    """People who pay less or more than by the other policy, by the category applied now."""

    category: str
    before: Decimal
    after: Decimal
    people: int

    @property
    def difference(self) -> Decimal:
        return (self.after - self.before) * self.people


def simulate(policy: Policy, people: Mapping[PeopleAlike, int]) -> Simulation:
    """Quote each kind of group once and add up what the policy costs."""
    answers = quote_groups(policy, people)
    result = Simulation()
    for group, count in people.items():
        answer = answers[group.birth_date, group.categories]
        if isinstance(answer, QuoteError):
            result.not_set["、".join(group.categories)] += count
            continue
        result.whole.add(count, answer.subsidy, answer.due)
        result.by_category[answer.category].add(count, answer.subsidy, answer.due)
        result.by_township[group.township].add(count, answer.subsidy, answer.due)
        for fund, amount in answer.funds:
            result.by_fund[fund].add(count, amount, answer.due)
    return result


def changes(before: Policy, after: Policy, people: Mapping[PeopleAlike, int]) -> list[PayingChange]:
    """Return who pays something else by `after` than by `before`, those who lose most first."""
    old, new = quote_groups(before, people), quote_groups(after, people)
    counted: dict[tuple[str, Decimal, Decimal], int] = defaultdict(int)
    for group, count in people.items():
        key = group.birth_date, group.categories
        was, becomes = old[key], new[key]
        if isinstance(was, Quote) and isinstance(becomes, Quote) and was.due != becomes.due:
            counted[becomes.category, was.due, becomes.due] += count
    found = [PayingChange(category, was, becomes, count) for (category, was, becomes), count in counted.items()]
    return sorted(found, key=lambda change: (-change.difference, change.category))


def quote_groups(
    policy: Policy, groups: Iterable[PeopleAlike]
) -> dict[tuple[datetime.date | None, tuple[str, ...]], Quote | QuoteError]:
    """Quote each combination of birth date and categories once, for a payment in the period."""
    day = policy.period.start
    answers: dict[tuple[datetime.date | None, tuple[str, ...]], Quote | QuoteError] = {}
    for group in groups:
        key = group.birth_date, group.categories
        if key not in answers:
            answers[key] = _quote(policy, day, *key)
    return answers


def _quote(
    policy: Policy, day: datetime.date, birth_date: datetime.date | None, categories: tuple[str, ...]
) -> Quote | QuoteError:
    born = birth_date or day.replace(year=day.year - ADULT_YEARS, day=1)
    known = [Recognition(name, day) for name in categories if policy.category(name)]
    try:
        return quote(policy, birth_date=born, paid_on=max(day, born), identities=known, taking_payment=False)
    except QuoteError as error:
        return error
