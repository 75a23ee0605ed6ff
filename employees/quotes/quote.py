"""What a unit and a person owe a month for employees' insurance (职工医保). Pure.

The base is the wage, raised to the floor of the year; each share is the base times its rate, rounded half up to the
cent; several months are that many times one month, because every month is paid in full (西峡 八（二）).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from core.amounts import ZERO, yuan
from core.county_words import county_word
from subsidies.policy.employee_parts import Employees, Floor
from subsidies.policy.parts import Source
from subsidies.policy.policies import Policy

CENT = Decimal("0.01")
MOST_WAGE = Decimal(1_000_000)
#: A policy is of one year, and so is its floor: what is asked beyond it is answered and said to be so.
YEAR, MOST_MONTHS = 12, 120


class EmployeeQuoteError(ValueError):
    """No quote: `code` for programs (no_policy, amount_not_set, bad_input), `message` in Chinese for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def rates_missing(county: str) -> EmployeeQuoteError:
    """The county's policy has no employees' insurance: no quote before the bureau has written it in."""
    word = county_word(county)
    return EmployeeQuoteError("amount_not_set", f"本{word}的政策文件没有职工医保的费率，请先由{word}医保局写入。")


class Reason(NamedTuple):
    """Why an amount is what it is, with the clause."""

    says: str
    source: Source


@dataclass(frozen=True, slots=True)
class EmployeeQuote:
    """Yuan. `base` a month; `unit`, `person` and `total` for all months together."""

    base: Decimal
    unit: Decimal
    person: Decimal
    total: Decimal
    reasons: tuple[Reason, ...]


def quote_employee(policy: Policy, *, kind: str, wage_base: Decimal | None, months: int = 1) -> EmployeeQuote:
    """Return what is owed for somebody of this kind with this monthly wage, for so many months.

    `wage_base` may be None only where the base is the floor by rule. Raises EmployeeQuoteError.
    """
    rules = policy.employees
    if rules is None:
        raise EmployeeQuoteError(
            "amount_not_set",
            f"{policy.county_name}的政策文件没有职工医保的费率，请先由{county_word(policy.county_code)}医保局写入。",
        )
    wanted = rules.kind(kind)
    if wanted is None:
        names = "、".join(k.code for k in rules.kinds)
        raise EmployeeQuoteError("bad_input", f"不认识单位类型 {kind!r}；可用的是：{names}")
    if wanted.person_percent is None:
        raise EmployeeQuoteError(
            "amount_not_set",
            f"{wanted.name}的费率在{wanted.source}里没有写明，请由{wanted.not_set}确定后写入政策文件。",
        )
    floor = rules.floor_for(policy.year)
    if floor is None:
        raise EmployeeQuoteError("amount_not_set", f"{policy.year}年度的缴费基数下限没有确定。")
    if not 1 <= months <= MOST_MONTHS:
        raise EmployeeQuoteError("bad_input", f"月数应在 1 到 {MOST_MONTHS} 之间，现在是 {months}")
    base, reasons = _base(rules, floor, None if wanted.on_floor else _checked(wage_base))
    unit = _share(base, wanted.unit_percent)
    person = _share(base, wanted.person_percent)
    if wanted.unit_percent:
        shares = f"单位缴 {wanted.unit_percent}%，{yuan(unit)}；职工缴 {wanted.person_percent}%，{yuan(person)}"
    else:
        shares = f"{wanted.person_percent}% 全部由个人缴纳，{yuan(person)}"
    reasons.append(Reason(f"{wanted.name}：每月{shares}（四舍五入到分）", wanted.source))
    if wanted.assumed:
        reasons.append(Reason(wanted.says, wanted.source))
    if months > YEAR:
        says = f"{months} 个月超过一年，都按{floor.year}年的下限和费率计算；别的年度下限不同的，请分年度核算"
        reasons.append(Reason(says, floor.source))
    return EmployeeQuote(base, unit * months, person * months, (unit + person) * months, tuple(reasons))


def _base(rules: Employees, floor: Floor, wage: Decimal | None) -> tuple[Decimal, list[Reason]]:
    """The monthly base and why; without a `wage` it is the floor by rule."""
    reasons = [Reason(f"{floor.year}年缴费基数下限每月 {yuan(floor.amount)}", floor.source)]
    if wage is None:
        return floor.amount, reasons
    if wage < floor.amount:
        reasons.append(Reason(f"工资 {yuan(wage)}低于下限，按下限 {yuan(floor.amount)}计算", floor.source))
    base = max(wage, floor.amount)
    if base > floor.amount and (ceiling := rules.open_point("ceiling")):
        says = f"{ceiling.name}没有确定（由{ceiling.office}确定），暂按申报工资 {yuan(base)}计算"
        reasons.append(Reason(says, ceiling.source))
    return base, reasons


def _checked(wage: Decimal | None) -> Decimal:
    """The wage with two decimals; refuses a missing one, zero, and what is no sum of money."""
    if wage is None:
        raise EmployeeQuoteError("bad_input", "没有写工资基数 wage_base；只有灵活就业人员可以不写。")
    if not wage.is_finite() or not ZERO < wage <= MOST_WAGE:
        raise EmployeeQuoteError("bad_input", f"工资基数应大于 0、不超过 {MOST_WAGE}，现在是 {wage}")
    if wage != wage.quantize(CENT):
        raise EmployeeQuoteError("bad_input", f"工资基数最多两位小数，现在是 {wage}")
    return wage.quantize(CENT)


def _share(base: Decimal, percent: Decimal | None) -> Decimal:
    return (base * (percent or ZERO) / 100).quantize(CENT, ROUND_HALF_UP)
