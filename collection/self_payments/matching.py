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

from collection.self_payments.paid_sheet import Back, PaidLine
from core.tables.payment_states import Kind


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
                f"税票号与 {same.paid_on} 缴 {same.amount:,.2f} 元的一笔相同，日期或金额不同，请核实。",
            )
        alike = [k for k in theirs if (k.amount, k.paid_on) == (line.amount, line.paid_on)]
        fits = [k for k in alike if not (k.ticket and line.ticket)]
        if free := next((k for k in fits if k.number not in self.claimed), None):
            if line.ticket:
                self._learn(free, line.ticket)
            return self._claim(free)
        if fits:
            return Match.UNCLEAR, None, "同一人同日同额的另一行没有税票号，分不清是一笔还是两笔，请核实。"
        if line.kind == Kind.PAID and (back := next((k for k in theirs if _went_back_later(k, line)), None)):
            says = f"以前的清单写明同一人 {back.paid_on} 有一笔 {back.amount:,.2f} 元没有缴成或已经退回，"
            return Match.UNCLEAR, None, f"{says}请核实是不是这一笔。"
        return Match.NEW, None, ""

    def undone_by(self, line: PaidLine) -> tuple[Match, Known | None, str]:
        """Return which payment a line unsays: its own; for money that went back else the last one before it.

        A list tells the day on which money went back as often as the day on which it came.
        """
        match, known, why = self.match(line)
        day = line.paid_on
        if match != Match.NEW or line.goes_back == Back.NOT or day is None:
            return match, known, why
        same_day = line.goes_back == Back.BY_AMOUNT
        theirs = self._of(line.id_number)
        before = [k for k in theirs if not k.undone and (k.paid_on < day or (same_day and k.paid_on == day))]
        if not before:
            return match, known, why
        last = max(before, key=lambda k: (k.amount == line.amount, k.paid_on))
        is_another = bool(last.ticket and line.ticket) and line.goes_back == Back.BY_WORDS
        if last.amount == line.amount and not is_another:
            last.undone = True
            return self._claim(last)
        says = f"同一人 {last.paid_on} 缴过 {last.amount:,.2f} 元，这一行写明“{line.why}” {line.amount:,.2f} 元，"
        return Match.UNCLEAR, None, f"{says}请核实退的是不是那一笔。"

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


def _went_back_later(known: Known, line: PaidLine) -> bool:
    """Whether an earlier list may have told of this payment by the day on which it went back."""
    is_another = bool(known.ticket and line.ticket) or known.amount != line.amount
    is_later = line.paid_on is not None and known.paid_on > line.paid_on
    return known.undone and known.pk is not None and is_later and not is_another


def ticket_in(number: str, id_number: str) -> str:
    """Return the ticket in the name of a payment, '' where it was named without one."""
    return "" if number.startswith(f"{id_number}:") else number.split(":", 1)[0]
