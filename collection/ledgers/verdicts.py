"""What the ledger checker is told and what it answers. Pure data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from collection.ledgers.reading import FileNote, LedgerLine
from subsidies.policy.policies import Policy
from subsidies.quotes.quote import Quote, Recognition, in_force


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """Someone in the register. `not_eligible` says why this person cannot be insured here, '' for everybody else;
    `not_eligible_since` is its first day. `id_number` is the present number, the written one may be a former one.

    `kept_by_gift`: what a gift that has come in pays of this person's fee, so that so much less is collected.
    `at_school`: the school that collects for this person, so that the village does not.
    `marks` are (kind, recognised on, ended on or None), as the departments gave them.
    `parent_insured`: whether a registered parent is insured, None where it is not known or decides nothing.
    """

    resident_id: int
    name: str
    birth_date: date
    village: str
    village_name: str
    household: str = ""
    not_eligible: str = ""
    marks: tuple[tuple[str, date, date | None], ...] = ()
    insured_years: tuple[int, ...] | None = None
    repaid_years: int = 0
    id_number: str = ""
    not_eligible_since: date | None = None
    kept_by_gift: Decimal = Decimal(0)
    at_school: str = ""
    parent_insured: bool | None = None

    def identities_on(self, policy: Policy, day: date) -> tuple[Recognition, ...]:
        """Return what this person was recognised as and had not lost by that day."""
        held = (Recognition(kind, since, ended) for kind, since, ended in self.marks)
        return tuple(item for item in held if in_force(policy, item, day))


@dataclass(frozen=True, slots=True)
class BookedPayment:
    """What is already booked for a person this year; `where` names the record in words."""

    where: str
    amount: Decimal
    paid_on: date
    receipt_no: str = ""


@dataclass(frozen=True, slots=True)
class TakenReceipt:
    """A receipt number that is taken. `village_name` is '' for the ledger's own village; `unusable` says 已作废 …"""

    household: str
    village_name: str = ""
    unusable: str = ""


@dataclass(frozen=True)
class LedgerFacts:
    """What the checker must know. Mappings are by identity number or receipt number and hold those of this ledger.

    `withheld` are numbers on the register that the sender must not learn about (residents/people/disclosure.py);
    nothing else of those people is here. `same_person` maps numbers that are new to the masked numbers of residents of
    the same name, birthday and household.
    `is_issued` tells whether a receipt number is in the village's books; None where the village has no book.
    `namesakes` maps names to the masked numbers of residents of the village who bear them.
    """

    policy: Policy
    village_name: str
    village: str
    as_of: date
    people: Mapping[str, RegisteredPerson] = field(default_factory=dict)
    paid: Mapping[str, BookedPayment] = field(default_factory=dict)
    receipts: Mapping[str, TakenReceipt] = field(default_factory=dict)
    is_issued: Callable[[str], bool] | None = None
    namesakes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    same_person: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowRemark:
    """A problem or a warning at a cell: the column's key ('' for the whole row), a code, and the words."""

    column: str
    code: str
    message: str


@dataclass(slots=True)
class Row:
    """One person of the ledger as understood. `recorded`: exactly this payment is booked already, nothing to do."""

    number: int
    line: LedgerLine
    name: str = ""
    id_number: str = ""
    amount: Decimal | None = None
    paid_on: date | None = None
    receipt_no: str = ""
    household: str = ""
    phone: str = ""
    quote: Quote | None = None
    from_gift: Decimal = Decimal(0)
    resident_id: int | None = None
    birth_date: date | None = None
    id_is_sound: bool = False
    is_withheld: bool = False
    recorded: bool = False
    problems: list[RowRemark] = field(default_factory=list)
    warnings: list[RowRemark] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems and not self.recorded

    @property
    def category(self) -> str:
        return self.quote.category if self.quote else ""

    def has_decision(self, decision: str) -> bool:
        """Whether a person has decided this about the row."""
        return decision in self.line.decisions

    def refuse(self, column: str, code: str, message: str) -> None:
        self.problems.append(RowRemark(column, code, message))

    def warn(self, column: str, code: str, message: str) -> None:
        self.warnings.append(RowRemark(column, code, message))


@dataclass
class CheckedLedger:
    """The verdict on a ledger: its rows in order and what is to be said about the whole."""

    rows: list[Row]
    notes: list[FileNote]

    @property
    def accepted(self) -> list[Row]:
        return [row for row in self.rows if row.is_good]
