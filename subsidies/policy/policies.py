"""A county's rules for one year: policies/<county>-<year>.toml → frozen objects.

A file is complete in itself and every figure carries its source. What a notice leaves open is marked `assumed = true`
and `says` which reading was taken; `Policy.assumptions` lists them all for staff. Values are data; a new shape of rule
is a function in quote.py or benefits.py under the name that the file gives.
"""

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from subsidies.policy import checks
from subsidies.policy.accident_parts import Accident
from subsidies.policy.cover_parts import Benefits, NewbornCover
from subsidies.policy.deadlines import Deadline
from subsidies.policy.employee_parts import Employees
from subsidies.policy.finance_parts import FinanceShare
from subsidies.policy.parts import (
    POLICY_ID,
    Ambiguous,
    Assumption,
    Category,
    ContactTeam,
    DeclarationFile,
    DepositAccounts,
    DepositLimit,
    Document,
    Fee,
    LateRecognition,
    Notice,
    PaymentDays,
    Period,
    RankingRules,
    Reading,
    RefundRules,
    Report,
    Rewards,
    Sourced,
    Stage,
    Supervision,
    Targets,
    Warnings,
    parts_of,
    spelling,
)
from subsidies.policy.schema import NoSuchPolicy, PolicyError, Tables

FOLDER = Path(__file__).parent / "policies"

__all__ = ["NoSuchPolicy", "Policy", "PolicyError", "available", "load", "parse"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """The rules of one county for one year. `text` is the whole file and `hash` its sha256: that is its version."""

    county_code: str
    county_name: str
    year: int
    title: str
    fee: Fee
    period: Period
    categories: tuple[Category, ...]
    late_recognition: LateRecognition
    benefits: Benefits
    newborn: NewbornCover
    targets: Targets
    ranking: RankingRules
    refund_rules: RefundRules
    notice: Notice
    declaration: DeclarationFile
    finance_shares: tuple[FinanceShare, ...] = ()
    stages: tuple[Stage, ...] = ()
    payment_days: PaymentDays | None = None
    deposit_limit: DepositLimit | None = None
    deposit_accounts: DepositAccounts | None = None
    warnings: Warnings | None = None
    report: Report | None = None
    rewards: Rewards | None = None
    contact_team: ContactTeam | None = None
    supervision: Supervision | None = None
    employees: Employees | None = None
    ambiguous: tuple[Ambiguous, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    accident: Accident | None = None
    readings: tuple[Reading, ...] = ()
    id: str
    text: str
    hash: str
    documents: tuple[Document, ...]

    @cached_property
    def standard(self) -> Decimal:
        """What an individual pays without any subsidy, in yuan."""
        return self.fee.individual

    @property
    def document(self) -> Document:
        """The county's own notice."""
        return self.documents[0]

    @cached_property
    def ordinary(self) -> Category:
        return next(c for c in self.categories if c.ordinary)

    @cached_property
    def by_age(self) -> tuple[Category, ...]:
        return tuple(c for c in self.categories if c.by_age)

    @cached_property
    def by_age_from(self) -> datetime.date:
        """Nobody born before this day gets a subsidy by age alone."""
        return min((c.born_from for c in self.by_age if c.born_from), default=datetime.date.max)

    @cached_property
    def recognised(self) -> tuple[Category, ...]:
        """The categories that a department recognises."""
        return tuple(c for c in self.categories if not c.ordinary and not c.by_age)

    @cached_property
    def departments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.department for c in self.recognised))

    @cached_property
    def funds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.fund for c in self.categories if c.fund))

    @cached_property
    def names(self) -> dict[str, Category]:
        """Every spelling of a category, as `spelling` writes it → the category."""
        return {spelling(n): c for c in self.categories for n in (c.name, *c.aliases)}

    def category(self, name: str) -> Category | None:
        """The category that departments call `name`; None if it is unknown or not precise enough."""
        return self.names.get(name) or self.names.get(spelling(name))

    def not_precise(self, name: str) -> Ambiguous | None:
        """Why `name` could be more than one category."""
        return next((a for a in self.ambiguous if spelling(a.name) == spelling(name)), None)

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Every reading of ours, in the order of the file."""
        return tuple(assumption for _, assumption in self.assumed_at)

    @cached_property
    def assumed_at(self) -> tuple[tuple[str, Assumption], ...]:
        """Every reading of ours with its key in the file, in the order of the file."""
        return tuple((at, _assumption(part, at)) for at, part in _all_parts(self, "") if part.assumed)

    @cached_property
    def decisions(self) -> tuple[tuple[str, Sourced], ...]:
        """What a document has decided since the notice: the key and the rule."""
        return tuple((at, part) for at, part in _all_parts(self, "") if part.decided)

    @cached_property
    def year_start(self) -> datetime.date:
        return datetime.date(self.year, 1, 1)

    @cached_property
    def year_end(self) -> datetime.date:
        return datetime.date(self.year, 12, 31)


def available() -> tuple[str, ...]:
    """The ids of all policy files, e.g. ("130628-2026", …), in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read(policy_id: str) -> Policy:
    """The policy as its file has it at this moment. Raises as `load` does."""
    path = FOLDER / f"{policy_id}.toml"
    if not POLICY_ID.fullmatch(policy_id) or not path.is_file():
        raise NoSuchPolicy(policy_id)
    return parse(path.read_text(encoding="utf-8"), path.name)


@lru_cache(maxsize=64)
def load(policy_id: str) -> Policy:
    """The policy on file under e.g. "411325-2025". PolicyError if it is bad, NoSuchPolicy if there is none."""
    return read(policy_id)


def parse(text: str, name: str) -> Policy:
    """The policy in `text`, which came from a file called `name`. PolicyError names file, key and line."""
    text = text.replace("\r\n", "\n")
    tables = Tables(text, name)
    data = dict(tables.data)
    documents = data.pop("documents", {})
    if not isinstance(documents, dict) or not documents:
        raise tables.error("documents", "缺少文件清单（[documents.简称]）")
    papers = {key: tables.build(Document, table, f"documents.{key}") for key, table in documents.items()}
    policy: Policy = tables.build(
        Policy,
        data,
        id=f"{data.get('county_code')}-{data.get('year')}",
        text=text,
        hash=hashlib.sha256(text.encode()).hexdigest(),
        documents=tuple(papers.values()),
    )
    checks.set_sources(policy, papers, tables)
    checks.check(policy, tables)
    return policy


def _all_parts(rule: Any, key: str) -> Iterator[tuple[str, Sourced]]:
    """Every rule below this one with its key, a rule before those inside it."""
    for at, part in parts_of(rule, key):
        yield at, part
        yield from _all_parts(part, at)


def _assumption(part: Any, at: str) -> Assumption:
    about = getattr(part, "name", "") or getattr(part, "key", "") or at
    return Assumption(about, part.says, part.source, part.other)
