"""A month of a unit, judged: who is the same, who joined, who left, whose wage changed much, what each owes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.amounts import ZERO, yuan
from employees.declarations.sheet import PersonRow
from employees.quotes.quote import EmployeeQuoteError, quote_employee
from subsidies.policy.policies import Policy

#: A wage that rises or falls by more than this share of last month's is looked at by a second person.
UNUSUAL_SHARE = Decimal("0.30")
#: As is a month in which more than this share of the people joined or left.
UNUSUAL_PEOPLE = Decimal("0.20")
SAME, JOINED, LEFT, UNUSUAL, BAD = "same", "joined", "left", "unusual", "bad"


@dataclass(frozen=True, slots=True)
class LastMonth:
    """What a person was declared with in the unit's declaration before."""

    name: str
    wage: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the table: last month's people by number, and of each number the names of other units that
    declared it in this month (`elsewhere`) and whether it pays as a flexible worker (`flexible`)."""

    policy: Policy
    kind: str
    last_month: Mapping[str, LastMonth] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    flexible: frozenset[str] = frozenset()


@dataclass(slots=True)
class Verdict:
    """A line of the declaration: `row` is None for somebody who is in the table no more."""

    row: int | None
    name: str
    id_number: str
    wage: Decimal | None
    base: Decimal | None
    unit_amount: Decimal
    person_amount: Decimal
    change: str
    message: str = ""


def judge(rows: list[PersonRow], facts: Facts) -> list[Verdict]:
    """A verdict on each row, then one on each person of last month who is missing.

    Unreadable is not absent: while a row cannot be read, nobody whose name it carries is taken as having left.
    Raises EmployeeQuoteError where the county has no rates for this kind of unit.
    """
    verdicts = [_of_row(row, facts) for row in rows]
    named = {row.id_number for row in rows}
    doubtful = {row.name for row in rows if row.problems}
    for number, last in facts.last_month.items():
        if number in named:
            continue
        if last.name in doubtful:
            says = "上月在册，本月这个姓名的一行有误：改好那一行才能知道是不是减少。"
            verdicts.append(Verdict(None, last.name, number, None, None, ZERO, ZERO, BAD, says))
        else:
            says = f"上月工资 {yuan(last.wage)}，本月不在表里，按减少处理"
            verdicts.append(Verdict(None, last.name, number, None, None, ZERO, ZERO, LEFT, says))
    return verdicts


def figures(verdicts: list[Verdict]) -> dict[str, Any]:
    """What a declaration says of its lines as a whole, by the names of its fields."""
    changes = [verdict.change for verdict in verdicts]
    unusual = changes.count(UNUSUAL)
    return {
        "people": changes.count(SAME) + changes.count(JOINED) + unusual,
        "bad": changes.count(BAD),
        "joined": changes.count(JOINED),
        "left": changes.count(LEFT),
        "unusual": unusual + (needs_second_look(verdicts) and not unusual),
        "unit_amount": sum((verdict.unit_amount for verdict in verdicts), ZERO),
        "person_amount": sum((verdict.person_amount for verdict in verdicts), ZERO),
    }


def needs_second_look(verdicts: list[Verdict]) -> bool:
    """Whether another person must look before this is booked: unusual wages, or many who joined or left."""
    changes = [verdict.change for verdict in verdicts]
    before = sum(change in (SAME, UNUSUAL, LEFT) for change in changes)
    moved = sum(change in (JOINED, LEFT) for change in changes)
    return UNUSUAL in changes or (before > 0 and moved > before * UNUSUAL_PEOPLE)


def _of_row(row: PersonRow, facts: Facts) -> Verdict:
    if row.problems:
        return Verdict(row.row, row.name, row.id_number, row.wage, None, ZERO, ZERO, BAD, "；".join(row.problems))
    last = facts.last_month.get(row.id_number)
    if last and last.name != row.name:
        says = f"这个号码上月的姓名是“{last.name}”，与本月不同，请照身份证核对后改正。"
        return Verdict(row.row, row.name, row.id_number, row.wage, None, ZERO, ZERO, BAD, says)
    if refused := _refused_elsewhere(row, facts):
        return Verdict(row.row, row.name, row.id_number, row.wage, None, ZERO, ZERO, BAD, refused)
    quote = quote_employee(facts.policy, kind=facts.kind, wage_base=row.wage)
    change, notes = (SAME, []) if last else (JOINED, ["新增人员"])
    if row.wage is not None and quote.base > row.wage:
        notes.append(f"工资低于下限，按下限 {yuan(quote.base)}计算")
    if last and row.wage is not None and abs(row.wage - last.wage) > last.wage * UNUSUAL_SHARE:
        change = UNUSUAL
        notes.append(f"上月工资 {yuan(last.wage)}，变动超过 {UNUSUAL_SHARE * 100:.0f}%，请核对")
    if other := facts.elsewhere.get(row.id_number):
        notes.append(f"本月“{other}”也申报了这个人")
    return Verdict(
        row.row, row.name, row.id_number, row.wage, quote.base, quote.unit, quote.person, change, "；".join(notes)
    )


def _refused_elsewhere(row: PersonRow, facts: Facts) -> str:
    rules = facts.policy.employees
    if rules is None:
        raise EmployeeQuoteError("amount_not_set", f"{facts.policy.county_name}的政策文件没有职工医保。")
    several = rules.several_units
    if not several.two_units and (other := facts.elsewhere.get(row.id_number)):
        return f"本月已由“{other}”申报，一人只能由一个单位申报（{several.source}）。"
    if not several.unit_and_flexible and row.id_number in facts.flexible:
        return f"这个人正按灵活就业缴费，请先停掉灵活就业再由单位申报（{several.source}）。"
    return ""
