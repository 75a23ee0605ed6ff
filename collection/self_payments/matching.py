"""What one payment is: which line of a paid list is a payment that an earlier line has brought already. Pure.

A payment is a person's, of a day and an amount, and counts once in however many lists it stands. The ticket only tells
two payments of one person, day and amount apart; a list without tickets, or whose tickets a spreadsheet has spoilt,
brings the same payments as one with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from collection.self_payments.paid_sheet import PaidLine


class Match(StrEnum):
    NEW = "new"
    KNOWN = "known"
    UNCLEAR = "unclear"


@dataclass(eq=False)
class Known:
    """A payment that some list has brought. `pk` is None for one that this very chunk brings."""

    id_number: str
    amount: Decimal
    paid_on: date
    ticket: str
    number: str
    pk: int | None = None
    line: PaidLine | None = None
    renamed: bool = False
    undone: bool = False


@dataclass
class Payments:
    """The payments of some people, as lists have brought them; `claimed`: those that this list has named already.

    `persons`: number → who it is, for people whose number was corrected: their payments under the old number and under
    the new one are the same person's.
    """

    known: dict[str, list[Known]] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)
    persons: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Known], claimed: set[str], persons: dict[str, str] | None = None) -> "Payments":
        found = cls(claimed=set(claimed), persons=persons or {})
        for row in rows:
            found._of(row.id_number).append(row)
        return found

    def _of(self, id_number: str) -> list[Known]:
        return self.known.setdefault(self.persons.get(id_number, id_number), [])

    def match(self, line: PaidLine) -> tuple[Match, Known | None, str]:
        """Return whether the line's payment is known, which it is, and what is to be asked where that is unclear."""
        theirs = self._of(line.id_number)
        if line.ticket and (same := next((k for k in theirs if k.ticket == line.ticket), None)):
            if (same.amount, same.paid_on) == (line.amount, line.paid_on):
                return self._claim(same)
            return (
                Match.UNCLEAR,
                same,
                f"税票号与 {same.paid_on} 缴 {same.amount} 元的一笔相同，日期或金额不同，请核实。",
            )
        alike = [k for k in theirs if (k.amount, k.paid_on) == (line.amount, line.paid_on)]
        fits = [k for k in alike if not (k.ticket and line.ticket)]
        if free := next((k for k in fits if k.number not in self.claimed), None):
            if line.ticket:
                self._learn(free, line.ticket)
            return self._claim(free)
        if fits:
            return Match.UNCLEAR, None, "同一人同日同额的另一行没有税票号，分不清是一笔还是两笔，请核实。"
        return Match.NEW, None, ""

    def add(self, line: PaidLine) -> Known:
        """Enter a payment that nobody has brought yet, under a name of its own."""
        key = f"{line.id_number}:{line.paid_on}:{line.amount}"
        base = f"{line.ticket}:{line.id_number}" if line.ticket else key
        name = self._free_number(base, line.id_number, counted=not line.ticket)
        made = Known(line.id_number, line.amount, line.paid_on, line.ticket, name, line=line)  # type: ignore[arg-type]
        self._of(line.id_number).append(made)
        self.claimed.add(name)
        return made

    def _learn(self, known: Known, ticket: str) -> None:
        """A payment brought without a ticket has one now: the next list tells a second payment from it."""
        known.ticket, known.renamed = ticket, True
        known.number = self._free_number(f"{ticket}:{known.id_number}", known.id_number)

    def _free_number(self, base: str, id_number: str, *, counted: bool = False) -> str:
        taken, n = {k.number for k in self._of(id_number)}, 1
        name = f"{base}:{n}" if counted else base
        while name in taken:
            n += 1
            name = f"{base}:{n}"
        return name

    def _claim(self, known: Known) -> tuple[Match, Known, str]:
        self.claimed.add(known.number)
        return Match.KNOWN, known, ""


def ticket_in(number: str, id_number: str) -> str:
    """Return the ticket in the name of a payment, '' where it was named without one."""
    return "" if number.startswith(f"{id_number}:") else number.split(":", 1)[0]
