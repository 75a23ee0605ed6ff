"""What makes the `[employees]` part of a policy file wrong although each value by itself has the right type."""

from subsidies.policy.employee_parts import KINDS, LEAST_FLOOR, MOST_FLOOR, OPEN_POINTS, Employees
from subsidies.policy.schema import Tables

LONGEST_NAME = 60


def check_employees(rules: Employees, tables: Tables) -> None:
    """Raise PolicyError at the first mistake in floors, kinds or open points."""
    _check_floors(rules, tables)
    _check_kinds(rules, tables)
    seen: set[str] = set()
    for n, point in enumerate(rules.open_points):
        key = f"employees.open_points[{n}].code"
        if point.code not in OPEN_POINTS or point.code in seen:
            raise tables.error(key, f"应是 {'、'.join(OPEN_POINTS)} 之一，不能重复，现在是 {point.code!r}")
        seen.add(point.code)


def _check_floors(rules: Employees, tables: Tables) -> None:
    if not rules.floors:
        raise tables.error("employees.floors", "至少写一个年度的缴费基数下限")
    years = [floor.year for floor in rules.floors]
    if len(set(years)) != len(years):
        raise tables.error("employees.floors", "同一年度的缴费基数下限写了两次")
    for n, floor in enumerate(rules.floors):
        if not LEAST_FLOOR <= floor.amount <= MOST_FLOOR:
            raise tables.error(f"employees.floors[{n}].amount", f"应在 {LEAST_FLOOR} 到 {MOST_FLOOR} 元之间")


def _check_kinds(rules: Employees, tables: Tables) -> None:
    seen: set[str] = set()
    for n, kind in enumerate(rules.kinds):
        key = f"employees.kinds[{n}]"
        if kind.code not in KINDS or kind.code in seen:
            raise tables.error(f"{key}.code", f"应是 {'、'.join(KINDS)} 之一，不能重复，现在是 {kind.code!r}")
        seen.add(kind.code)
        if len(kind.name) > LONGEST_NAME:
            raise tables.error(f"{key}.name", f"名称最多 {LONGEST_NAME} 个字")
        rates = [kind.unit_percent, kind.person_percent]
        if (kind.not_set is None) == (kind.person_percent is None):
            raise tables.error(key, "费率和 not_set 要写且只写一种")
        if kind.not_set is None and kind.with_unit and kind.unit_percent is None:
            raise tables.error(f"{key}.unit_percent", "由单位申报的要写单位费率")
        if any(rate is not None and not 0 < rate <= 30 for rate in rates):
            raise tables.error(key, "费率应大于 0、不超过 30%")
