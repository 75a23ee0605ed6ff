"""The county's fund statement of a day: what is owed by fund, department, township and month, against what was applied
for, received and passed up. Pure.

All tables are sums of the same cells, so that each of them adds up to the others to the cent. Owed is what stands in
posted contributions; what is booked and not posted is said beside it, and owed by nobody yet.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")
#: The lines of money that names no township or department.
WITHOUT_TOWNSHIP, WITHOUT_DEPARTMENT, WITHOUT_MONTH = "未分乡镇", "未分部门", "未分月份"
#: Why such a line has received more than it is owed.
NOT_NAMED = {WITHOUT_TOWNSHIP: "凭证没有写明乡镇", WITHOUT_DEPARTMENT: "凭证没有写明部门"}
HEAD_FUND = "财政补助"


@dataclass(frozen=True, slots=True)
class OwedCell:
    """The subsidies of contributions of one fund, category, township and month: posted ones, and those not yet."""

    fund: str
    category: str
    township: str
    month: date
    is_posted: bool
    people: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class EntryCell:
    """The sum of vouchers of one kind, fund, department, township and month; reversals are taken off."""

    kind: str
    fund: str
    department: str
    township: str
    month: date
    amount: Decimal


@dataclass(slots=True)
class StatementLine:
    """One row: people and yuan. `owed` None: the notice does not say how much."""

    label: str
    people: int = 0
    owed: Decimal | None = ZERO
    applied: Decimal = ZERO
    received: Decimal = ZERO
    passed_up: Decimal = ZERO
    unposted_people: int = 0
    unposted: Decimal | None = ZERO
    note: str = ""

    @property
    def arrears(self) -> Decimal | None:
        """What is owed and was not received; negative: more than is owed."""
        return None if self.owed is None else self.owed - self.received

    @property
    def to_pass_up(self) -> Decimal:
        return self.received - self.passed_up


@dataclass
class StatementTable:
    title: str
    heading: str
    lines: list[StatementLine]
    total: StatementLine | None


@dataclass
class Statement:
    """The tables of one day, and what the subsidies of the posted contributions come to by themselves."""

    on: date
    heads: int
    unposted_heads: int
    tables: list[StatementTable] = field(default_factory=list)
    subsidies: Decimal = ZERO

    @property
    def funds(self) -> StatementLine:
        total = self.tables[1].total
        return total if total is not None else StatementLine("合计")

    @property
    def difference(self) -> Decimal:
        """How far the funds are from the contributions' own subsidies; 0 on every day."""
        return (self.funds.owed or ZERO) - self.subsidies


def fund_lines(
    *,
    label_of: Callable[[OwedCell | EntryCell], str],
    owed: Iterable[OwedCell],
    entries: Iterable[EntryCell],
    order: Iterable[str] = (),
) -> tuple[list[StatementLine], StatementLine]:
    """Lines by what `label_of` says of a cell, those of `order` first, and their sum."""
    lines: dict[str, StatementLine] = {}
    total = StatementLine("合计")
    for cell in owed:
        for line in (lines.setdefault(label_of(cell), StatementLine(label_of(cell))), total):
            if cell.is_posted:
                line.people += cell.people
                line.owed = (line.owed or ZERO) + cell.amount
            else:
                line.unposted_people += cell.people
                line.unposted = (line.unposted or ZERO) + cell.amount
    for entry in entries:
        for line in (lines.setdefault(label_of(entry), StatementLine(label_of(entry))), total):
            setattr(line, entry.kind, getattr(line, entry.kind) + entry.amount)
    for label, note in NOT_NAMED.items():
        if label in lines and lines[label].received:
            lines[label].note = note
    first = {label: place for place, label in enumerate(order)}
    ordered = sorted(lines, key=lambda label: (first.get(label, len(first)), label))
    return [lines[label] for label in ordered], total


def head_lines(
    *,
    shares: Mapping[str, Decimal | None],
    whole: Decimal,
    heads: int,
    unposted_heads: int,
    entries: Iterable[EntryCell],
) -> tuple[list[StatementLine], StatementLine]:
    """Public finance's part by tier: per head × heads. What the notice leaves open is owed by nobody in particular, so
    that the sum is per head × heads all the same."""
    entries = list(entries)
    lines = []
    for tier, share in shares.items():
        fund = f"{HEAD_FUND}（{tier}）"
        line = StatementLine(fund, heads, None if share is None else share * heads, unposted_people=unposted_heads)
        line.unposted = None if share is None else share * unposted_heads
        line.note = "每人金额未定" if share is None else f"每人 {share} 元"
        lines.append(line)
    total = StatementLine("合计", heads, whole * heads, unposted_people=unposted_heads, unposted=whole * unposted_heads)
    total.note = f"每人 {whole} 元"
    by_fund = {line.label: line for line in lines}
    for entry in entries:
        for counted in (by_fund.get(entry.fund), total):
            if counted is not None:
                setattr(counted, entry.kind, getattr(counted, entry.kind) + entry.amount)
    return lines, total
