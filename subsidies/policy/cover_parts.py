"""The parts of a policy that say from when a payment covers somebody, and what holds for newborns."""

import datetime
from dataclasses import dataclass

from subsidies.policy.parts import Sourced
from subsidies.policy.schema import Money, Ratio

# The words a file may use; each names a rule in quote.py or benefits.py.
NEWBORN_STARTS = ("birth", "payment")
BIRTH_YEAR_FEES = ("free", "free_if_parent_insured")


@dataclass(frozen=True, kw_only=True, eq=False)
class WaitingExempt(Sourced):
    """Categories whose people never wait (内乡 四（二）2 with 三（二）)."""

    categories: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class NationalPeriod(Sourced):
    """The national collection period, where it ends after the county's; `in_time`: payments until then do not wait."""

    end: datetime.date
    in_time: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Waiting(Sourced):
    """Months between payment and cover for those who paid late or came back after a gap."""

    fixed_months: int
    months_per_gap_year: int
    months_less_per_repaid_year: int
    long_gap_years: int
    long_gap_minimum_months: int
    exempt: WaitingExempt | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class LargeIllness(Sourced):
    """Incentives on the large-illness cap: a step of yuan for each year that earns one, up to a share of the cap."""

    since_year: int
    continuous_years: int
    step: Money
    ceiling: Ratio


@dataclass(frozen=True, kw_only=True, eq=False)
class Benefits(Sourced):
    """Cover runs from 1 January, or from the payment day when paid later, to 31 December of the year."""

    waiting: Waiting
    national_period: NationalPeriod | None = None
    large_illness: LargeIllness | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class BornBefore(Sourced):
    """Children born in these days of the year before are covered from birth to the end of the policy's year."""

    start: datetime.date
    end: datetime.date


@dataclass(frozen=True, kw_only=True, eq=False)
class BirthYear(Sourced):
    """The fee of the year of birth: `free`, or `free_if_parent_insured` (rules in quote.py). Charged to no fund."""

    fee: str


@dataclass(frozen=True, kw_only=True, eq=False)
class PayBy(Sourced):
    """Children born in these days are covered in the policy's year only if their fee was paid by `paid_by`."""

    start: datetime.date
    end: datetime.date
    paid_by: datetime.date


@dataclass(frozen=True, kw_only=True, eq=False)
class AnyDay(Sourced):
    """Newborns may pay on any day: neither the period nor the days of the month bind them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NewbornCover(Sourced):
    """Born on or after `born_from`, and either within `window_days` of birth (day 90 included) or in the policy's
    year. `within` and `after` the window say where cover starts: "birth" or "payment". Newborns never wait and may
    pay outside the period. `notes` are told to the family."""

    born_from: datetime.date
    window_days: int
    within: str
    after: str
    born_before: BornBefore | None = None
    birth_year: BirthYear | None = None
    pay_by: PayBy | None = None
    any_day: AnyDay | None = None
    notes: tuple[str, ...] = ()
