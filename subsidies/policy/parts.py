"""The parts of a policy: one small frozen class for each kind of rule a notice contains.

Their annotations are the schema of the policy files (schema.py). Amounts are yuan, shares are between 0 and 1.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from core.tables.cells import unify
from subsidies.policy.schema import Money, Percent, Ratio

POLICY_ID = re.compile(r"\d{6}-20\d\d")

# The words a file may use; each names a rule in quote.py, benefits.py or the reports.
AFTER_PERIOD = ("nothing", "unless_paid", "from_next_month")
AFTER_PAYMENT = ("refund", "notify")
METRICS = ("posted", "collected")
REFUND_CODES = (
    "death",
    "army",
    "prison",
    "duplicate",
    "employee_insurance",
    "insured_elsewhere",
    "identity_difference",
)
DECLARATION_FIELDS = (
    "number",
    "name",
    "document_type",
    "id_number",
    "category",
    "year",
    "standard",
    "subsidy",
    "amount",
    "village",
    "village_code",
    "township",
    "paid_on",
    "receipt_no",
    "phone",
)


class Source(NamedTuple):
    """Where a figure comes from: the document's title and the clause in it."""

    document: str
    clause: str

    def __str__(self) -> str:
        return f"《{self.document}》{self.clause}"


class Assumption(NamedTuple):
    """A reading taken where the notice is silent or at odds with itself; `other` is the reading not taken."""

    key: str
    says: str
    source: Source
    other: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """A paper the figures come from. `issued` is as the paper has it: drafts lack a day."""

    title: str
    number: str = ""
    issued: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sourced:
    """A rule with its source; `assumed` marks a reading of ours, `says` tells which, `other` the one not taken.

    `decided` is a reading that a document has since made a rule; the source names the document.
    """

    source: Annotated[Source, str]
    assumed: bool = False
    says: str = ""
    other: str = ""
    decided: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fee(Sourced):
    """¥ a person and year: what the individual pays, what public finance adds at least, and both together."""

    individual: Money
    finance: Money
    total: Money | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Period(Sourced):
    """First and last day of the collection period, both included."""

    start: datetime.date
    end: datetime.date

    def __contains__(self, day: datetime.date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage(Sourced):
    """A part of the period; `goal` is the share of the task to be reached on its last day, if there is one."""

    name: str
    start: datetime.date
    end: datetime.date
    goal: Ratio | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class PaymentDays(Sourced):
    """Days of the month on which payment is taken within the period, both included."""

    first: int
    last: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Category(Sourced):
    """Who gets which subsidy. Exactly one of amount, percent, full, nothing, not_set says how much.

    `not_set` names the office that must set the amount. `requires_any`: counts only on top of one of these.
    `goal`: the share of its people to be insured, where a notice sets one that is not the special groups'.
    `born_from`, `under_years`: given by age on the day of registration, without any roster.
    """

    name: str
    department: str
    ordinary: bool = False
    aliases: tuple[str, ...] = ()
    amount: Money | None = None
    percent: Percent | None = None
    full: bool = False
    nothing: bool = False
    not_set: str | None = None
    fund: str | None = None
    requires_any: tuple[str, ...] = ()
    born_from: datetime.date | None = None
    under_years: int | None = None
    key_group: bool = True
    goal: Ratio | None = None
    subsidy: Decimal | None = field(default=None, init=False)
    order: int = field(default=0, init=False)

    @property
    def by_age(self) -> bool:
        return self.under_years is not None

    @property
    def enrolled_free(self) -> bool:
        """Fully subsidised: enrolled without payment, never to be charged."""
        return self.full

    @property
    def funds(self) -> tuple[tuple[str, Decimal], ...]:
        """Who pays which part of the subsidy, in yuan."""
        return ((self.fund, self.subsidy),) if self.fund and self.subsidy else ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Ambiguous(Sourced):
    """A word that departments use for more than one category: it must be made precise, never guessed."""

    name: str
    means: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class LateRecognition(Sourced):
    """What a recognition after the period brings (`after_period`, a rule in quote.py), and what follows when someone
    is recognised within the period but after having paid: `refund` of the difference, or `notify` staff."""

    after_period: str
    after_payment: str


@dataclass(frozen=True, kw_only=True, eq=False)
class DepositLimit(Sourced):
    """双限: cash must be banked after so many natural days, or at this amount, whichever comes first."""

    days: int
    amount: Money


@dataclass(frozen=True, kw_only=True, eq=False)
class DepositAccounts(Sourced):
    """Where a village banks its cash: the accounts to choose from, the usual one first."""

    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Warnings(Sourced):
    """When holders of cash are warned: at this share of the amount, on these days since the oldest cash was taken."""

    at_share: Ratio
    on_days: tuple[int, ...]
    on_due_day: bool
    daily_when_late: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Targets(Sourced):
    """Shares of those who should be insured; `people` is the county's head count to reach, where one is given."""

    overall: Ratio
    special: Ratio
    people: int | None = None
    not_below_last_year: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingRules(Sourced):
    """How townships are ranked. `metric`: posted or collected. `weekly_day`: ISO weekday, 5 is Friday."""

    metric: str
    weekly_from: datetime.date
    weekly_day: int
    weekly_time: datetime.time
    daily_from: datetime.date | None = None
    daily_time: datetime.time | None = None
    monthly: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Report(Sourced):
    """The townships' weekly report: due on this ISO weekday at this time, with these contents."""

    day: int
    time: datetime.time
    contents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class RefundReason(Sourced):
    """Why money may be given back. `deadline` is the last day to apply, if one is set."""

    code: str
    name: str
    evidence: tuple[str, ...]
    before_benefits: bool
    deadline: datetime.date | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RefundRules(Sourced):
    """Reviewers in their order, two different people, and the reasons."""

    reviewers: tuple[str, ...]
    reasons: tuple[RefundReason, ...]

    def reason(self, code: str) -> RefundReason | None:
        return next((r for r in self.reasons if r.code == code), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Notice(Sourced):
    """The public notice of those who paid: posted for at least so many working days, posting day not counted.

    Where the notice stands after collection, one put up before `counts_from` shows people meanwhile and no more.
    """

    working_days: int
    photos: bool
    counts_from: datetime.date | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class DeclarationColumn:
    """A column of a file for others: the heading and the field under it."""

    title: str
    field: str


@dataclass(frozen=True, kw_only=True, eq=False)
class DeclarationFile(Sourced):
    """The township's file for the tax bureau."""

    columns: tuple[DeclarationColumn, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ContactTeam(Sourced):
    """How many people a township's team has at least, where the notice has an annex for them."""

    least: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Rewards(Sourced):
    """Working funds a person insured, and a prize for townships; the county sets the tiers in the campaign."""

    per_head: Money
    prize_total: Money
    tiers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Supervision(Sourced):
    """How many guidance groups the bureau forms for townships and departments."""

    guidance_groups: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading(Sourced):
    """A reading that belongs to no single figure."""

    key: str
    assumed: bool = True


def spelling(name: str) -> str:
    """One spelling of a category's name: full-width signs, lookalikes, blanks and quotation marks do not count."""
    return re.sub(r"[\s“”\"'‘’]", "", unify(name))


def parts_of(rule: Any, key: str) -> Iterator[tuple[str, Sourced]]:
    """The sub-rules of `rule` with their keys."""
    for f in fields(rule):
        value = getattr(rule, f.name)
        at = f"{key}.{f.name}" if key else f.name
        if isinstance(value, Sourced):
            yield at, value
        elif isinstance(value, tuple):
            yield from ((f"{at}[{n}]", item) for n, item in enumerate(value) if isinstance(item, Sourced))
