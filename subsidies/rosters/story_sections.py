"""What subsidies knows of a person: the identities departments recognised."""

from core.accounts.models import User
from residents.people.models import Resident
from residents.people.story import Badge, Section


def identities(resident: Resident, user: User) -> Section:
    rows = []
    for found in resident.identities.select_related("roster").order_by("-recognised_on", "-id"):
        if found.withdrawn_at:
            state = Badge("off", "已撤回")
        elif found.ended_on:
            state = Badge("off", "已终止")
        else:
            state = Badge("ok", "有效")
        rows.append((found.kind, state, found.department, found.recognised_on, found.ended_on or "", found.document))
    columns = ("身份", "状态", "认定部门", "认定日期", "终止日期", "依据")
    return Section("身份类别", columns, rows, empty="没有部门认定的身份，按普通居民缴费。")
