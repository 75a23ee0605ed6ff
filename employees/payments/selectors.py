"""Owed, paid and in arrears by month, unit and person; and which months a person is covered."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet

from core.amounts import ZERO
from core.database.bulk import chunks
from core.database.money import YuanSum
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.members.models import Member
from employees.members.selectors import flexible_spans
from employees.months import month_of, months_between, previous_month
from employees.payments.models import EmployeePayment
from employees.quotes.quote import EmployeeQuoteError, quote_employee
from employees.rules import policy_for
from employees.units.models import Unit


@dataclass(frozen=True, slots=True)
class MonthAccount:
    """A month of a payer, in yuan. `people` is 0 where nothing was declared."""

    month: date
    people: int
    owed: Decimal
    paid: Decimal

    @property
    def arrears(self) -> Decimal:
        return max(self.owed - self.paid, ZERO)

    @property
    def surplus(self) -> Decimal:
        return max(self.paid - self.owed, ZERO)

    @property
    def is_settled(self) -> bool:
        return self.owed > 0 and self.paid >= self.owed


def accounts_of_units(units: QuerySet[Unit], *, until: date) -> dict[int, list[MonthAccount]]:
    """Each unit's months up to `until`, the oldest first; two statements."""
    owed: dict[int, dict[date, tuple[int, Decimal]]] = defaultdict(dict)
    booked = MonthlyDeclaration.objects.filter(
        unit__in=units.order_by().values("pk"), state=MonthlyDeclaration.State.BOOKED, month__lte=until
    )
    rows = (
        booked.order_by().values_list("unit_id", "month", "people").annotate(sum=F("unit_amount") + F("person_amount"))
    )
    for unit, month, people, amount in rows:
        owed[unit][month] = (people, Decimal(amount).quantize(ZERO))
    paid: dict[int, dict[date, Decimal]] = defaultdict(dict)
    payments = EmployeePayment.objects.filter(unit__in=units.order_by().values("pk"), month__lte=until)
    for unit, month, amount in payments.order_by().values_list("unit_id", "month").annotate(sum=YuanSum("amount")):
        paid[unit][month] = amount
    return {
        unit: [
            MonthAccount(month, *owed[unit].get(month, (0, ZERO)), paid[unit].get(month, ZERO))
            for month in sorted(owed[unit].keys() | paid[unit].keys())
        ]
        for unit in owed.keys() | paid.keys()
    }


def months_not_declared(unit: Unit, *, accounts: list[MonthAccount], until: date) -> list[date]:
    """Months since the unit's first declaration, up to the month before `until`, for which nothing was declared."""
    declared = {account.month for account in accounts if account.people}
    if not declared:
        return []
    last = min(previous_month(until), month_of(unit.ended_on)) if unit.ended_on else previous_month(until)
    return [month for month in months_between(min(declared), last) if month not in declared]


def flexible_account(member: Member, *, until: date) -> list[MonthAccount]:
    """The months in which somebody was insured as a flexible worker: what each costs by the policy, what was paid."""
    return flexible_accounts([member.pk], county=member.county_id, until=until)[member.pk]


def flexible_accounts(members: Collection[int], *, county: str, until: date) -> dict[int, list[MonthAccount]]:
    """The same of many members; two statements for every 2,000, and one for each month there is."""
    insured: dict[int, set[date]] = defaultdict(set)
    for member, spans in flexible_spans(members).items():
        for joined, left in spans:
            insured[member] |= set(months_between(joined, min(previous_month(left) if left else until, until)))
    paid: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for chunk in chunks(members):
        rows = EmployeePayment.objects.filter(member__in=chunk, month__lte=until).order_by()
        for member, month, amount in rows.values_list("member_id", "month").annotate(sum=YuanSum("amount")):
            paid[member][month] = amount
    costs = {month: _cost_of(county, month) for month in set().union(*insured.values())}
    return {
        member: [
            MonthAccount(
                month,
                int(month in insured[member]),
                costs[month] if month in insured[member] else ZERO,
                paid[member].get(month, ZERO),
            )
            for month in sorted(insured[member] | paid[member].keys())
        ]
        for member in members
    }


def _cost_of(county: str, month: date) -> Decimal:
    """What a month costs a flexible worker; nothing where the county has set no rate."""
    policy = policy_for(county=county, month=month)
    try:
        return quote_employee(policy, kind="flexible", wage_base=None).total if policy else ZERO
    except EmployeeQuoteError:
        return ZERO


@dataclass(frozen=True, slots=True)
class CoverMonth:
    """A month of a person: with whom, what was owed for them, and whether it is paid."""

    month: date
    payer: str
    amount: Decimal
    is_paid: bool


def cover_of(member: Member, *, until: date) -> list[CoverMonth]:
    """What was declared and paid for a person by month, the newest first.

    A unit's month counts as paid for each of its people once the unit has paid the whole of it: the notice wants every
    month paid in full (西峡 八（二）).
    """
    lines = list(
        DeclaredLine.objects.filter(
            id_number=member.id_number,
            wage__isnull=False,
            declaration__state=MonthlyDeclaration.State.BOOKED,
            declaration__unit__county=member.county_id,
            declaration__month__lte=until,
        ).select_related("declaration__unit")
    )
    units = Unit.objects.filter(pk__in={line.declaration.unit_id for line in lines})
    settled = {
        (unit, account.month)
        for unit, months in accounts_of_units(units, until=until).items()
        for account in months
        if account.is_settled
    }
    found = [
        CoverMonth(
            line.declaration.month,
            line.declaration.unit.name,
            line.unit_amount + line.person_amount,
            (line.declaration.unit_id, line.declaration.month) in settled,
        )
        for line in lines
    ]
    found += [
        CoverMonth(account.month, "灵活就业", account.owed, account.is_settled)
        for account in flexible_account(member, until=until)
        if account.people
    ]
    return sorted(found, key=lambda cover: cover.month, reverse=True)
