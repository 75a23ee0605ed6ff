"""The declarations of many units out of one table: judged as each would be alone, in a fixed number of statements."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from core.amounts import ZERO
from core.database.bulk import analyze_table, chunks
from employees.batches.models import FiledDeclaration, MonthFile
from employees.batches.sheet import MonthTable
from employees.declarations import check
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.declarations.services import keep_lines
from employees.declarations.sheet import PersonRow
from employees.members.models import Employment
from employees.months import in_words
from employees.quotes.quote import EmployeeQuoteError, rates_missing
from employees.rules import policy_for
from employees.units.models import Unit
from employees.units.selectors import units_by_code

State, Change = MonthlyDeclaration.State, DeclaredLine.Change


def stage(file: MonthFile, table: MonthTable) -> list[tuple[int, str]]:
    """Keep a declaration with its lines for each unit of the table. Return [(row, why)] of rows that belong to none.

    Raise EmployeeQuoteError where the county has no rates at all.
    """
    MonthlyDeclaration.objects.filter(filed__file=file, state__in=[State.READING, State.CHECKED]).delete()
    units = units_by_code(file.county_id, table.units)
    lost, taken = list(table.lost), {}
    booked = set(
        MonthlyDeclaration.objects.filter(
            unit__county=file.county_id, month=file.month, state=State.BOOKED
        ).values_list("unit_id", flat=True)
    )
    for code, rows in table.units.items():
        unit = units.get(code)
        if why := _why_not(unit, file.month, booked):
            lost += [(row.row, why) for row in rows[:1]]
        elif unit is not None:
            taken[unit.pk] = (unit, rows)
    facts = _StagedFacts(
        file, {unit for unit, _ in taken.values()}, {r.id_number for _, rows in taken.values() for r in rows}
    )
    judged: list[tuple[Unit, list[check.Verdict]]] = []
    for unit, rows in taken.values():
        try:
            judged.append((unit, check.judge(rows, facts.of(unit, rows))))
        except EmployeeQuoteError as error:
            lost.append((rows[0].row, f"{unit}：{error}"))
        for row in rows:
            facts.elsewhere.setdefault(row.id_number, {})[unit.pk] = unit.name
    _keep(file, judged)
    return sorted(lost)


def _why_not(unit: Unit | None, month: date, booked: set[int]) -> str:
    if unit is None:
        return "本地没有登记这个统一社会信用代码的单位，请先登记或核对代码。"
    if unit.ended_on and month > date(unit.ended_on.year, unit.ended_on.month, 1):
        return f"{unit}已于 {unit.ended_on} 注销，不能申报以后的月份。"
    if unit.pk in booked:
        return f"{unit}{in_words(month)}已申报记账，整个单位没有读取；要更正的请先撤回。"
    return ""


class _StagedFacts:
    """What the check asks beside the table, looked up for all units at once."""

    def __init__(self, file: MonthFile, units: set[Unit], numbers: set[str]) -> None:
        policy = policy_for(county=file.county_id, month=file.month)
        if policy is None:
            raise rates_missing(file.county_id)
        self.policy = policy
        self.last_month = _last_months(file, {unit.pk for unit in units})
        self.elsewhere: dict[str, dict[int, str]] = {}
        others = DeclaredLine.objects.filter(
            wage__isnull=False,
            declaration__month=file.month,
            declaration__state=State.BOOKED,
            declaration__unit__county=file.county_id,
        )
        for number, unit, name in others.values_list("id_number", "declaration__unit_id", "declaration__unit__name"):
            if number in numbers:
                self.elsewhere.setdefault(number, {})[unit] = name
        live = Employment.objects.filter(unit__isnull=True, left__isnull=True, member__county=file.county_id)
        self.flexible = frozenset(live.values_list("member__id_number", flat=True)) & numbers

    def of(self, unit: Unit, rows: list[PersonRow]) -> check.Facts:
        elsewhere = {
            row.id_number: name
            for row in rows
            if (places := self.elsewhere.get(row.id_number))
            and (name := next((name for pk, name in places.items() if pk != unit.pk), None))
        }
        return check.Facts(self.policy, unit.kind, self.last_month.get(unit.pk, {}), elsewhere, self.flexible)


def _last_months(file: MonthFile, units: set[int]) -> dict[int, dict[str, check.LastMonth]]:
    """Each unit's people in its newest booked declaration before this month."""
    newest: dict[int, int] = {}
    before = MonthlyDeclaration.objects.filter(
        unit__county=file.county_id, state=State.BOOKED, month__lt=file.month
    ).order_by("month", "pk")
    for pk, unit in before.values_list("pk", "unit_id"):
        if unit in units:
            newest[unit] = pk
    people: dict[int, dict[str, check.LastMonth]] = defaultdict(dict)
    for chunk in chunks(newest.values()):
        lines = DeclaredLine.objects.filter(declaration__in=chunk, wage__isnull=False).exclude(
            change__in=[Change.BAD, Change.LEFT]
        )
        for unit, number, name, wage in lines.values_list("declaration__unit_id", "id_number", "name", "wage"):
            if wage is not None:
                people[unit][number] = check.LastMonth(name, wage)
    return people


def _keep(file: MonthFile, judged: list[tuple[Unit, list[check.Verdict]]]) -> None:
    made = MonthlyDeclaration.objects.bulk_create(
        [
            MonthlyDeclaration(
                unit=unit,
                month=file.month,
                state=State.CHECKED,
                attachment_id=file.attachment_id,
                sha256=file.sha256,
                uploaded_by_id=file.uploaded_by_id,
                uploaded_at=file.uploaded_at,
                **check.figures(verdicts),
            )
            for unit, verdicts in judged
        ],
        batch_size=500,
    )
    FiledDeclaration.objects.bulk_create(
        [FiledDeclaration(file=file, declaration=declaration) for declaration in made], batch_size=500
    )
    keep_lines(
        (declaration.pk, verdict)
        for declaration, (_, verdicts) in zip(made, judged, strict=True)
        for verdict in verdicts
    )
    analyze_table(DeclaredLine)


def totals(file: MonthFile) -> dict[str, Decimal | int]:
    """People, units and yuan of a table's declarations."""
    rows = MonthlyDeclaration.objects.filter(filed__file=file).exclude(state=State.WITHDRAWN)
    found: dict[str, Decimal | int] = {"units": 0, "people": 0, "bad": 0, "unusual": 0, "amount": ZERO, "booked": 0}
    for state, people, bad, unusual, unit, person in rows.values_list(
        "state", "people", "bad", "unusual", "unit_amount", "person_amount"
    ):
        found["units"] += 1
        found["people"] += people
        found["bad"] += bool(bad)
        found["unusual"] += bool(unusual)
        found["amount"] += unit + person
        found["booked"] += state == State.BOOKED
    return found
