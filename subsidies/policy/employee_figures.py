"""Employees' insurance as staff read it on 政策口径: floor, rates, goal, channels, and what is not set. Pure."""

from core.amounts import yuan
from subsidies.policy.employee_parts import EmployeeKind, Employees
from subsidies.policy.parts import Sourced

EmployeeFigure = tuple[str, str, Sourced]


def employee_figures(rules: Employees, word: str) -> list[EmployeeFigure]:
    """What each figure is about, what holds, and the rule it stands in; in the order in which people ask.

    `word` is the county's: 县, 区 or 市.
    """
    rows: list[EmployeeFigure] = [
        (f"职工医保：{floor.year}年缴费基数下限", f"每月 {yuan(floor.amount)}", floor) for floor in rules.floors
    ]
    rows += [(f"职工医保：{kind.name}", _rates(kind), kind) for kind in rules.kinds]
    rows += [(f"职工医保：{p.name}", f"没有确定，由{p.office}确定", p) for p in rules.open_points]
    several = rules.several_units
    two = "两个单位可以都申报" if several.two_units else "只能由一个单位申报"
    flexible = "可以同时按灵活就业缴费" if several.unit_and_flexible else "有单位的不再按灵活就业缴费"
    rows.append(("职工医保：一人多处", f"{two}；{flexible}", several))
    channels = f"；缴费渠道：{'、'.join(rules.channels)}" if rules.channels else ""
    rows.append(("职工医保：目标", f"全{word}净增 {rules.goal} 人{channels}", rules))
    return rows


def _rates(kind: EmployeeKind) -> str:
    if kind.person_percent is None:
        return f"费率没有确定，由{kind.not_set}确定"
    if not kind.unit_percent:
        base = "下限" if kind.on_floor else "基数"
        return f"按{base}的 {kind.person_percent}%，全部由个人缴纳"
    return f"单位 {kind.unit_percent}%，职工 {kind.person_percent}%，合计 {kind.unit_percent + kind.person_percent}%"
