from django.urls import reverse

from core.access.roles import Role
from core.pages.frame import Entry, Todo
from residents.duplicates.services import cases_for

ENTRIES = [
    Entry("居民", "resident_list", 20),
    Entry("参保登记", "resident_add", 21),
    Entry("居民登记册", "register_list", 22),
    Entry("人员状态名单", "status_list", 23),
    Entry("重复档案", "merge_list", 24),
]


def todos(user) -> list[Todo]:
    if user.role not in (Role.COUNTY, Role.TOWNSHIP):
        return []
    waiting = cases_for(user).exclude(proposed_by=user).count()
    return [Todo(f"{waiting} 对重复档案等您复核", reverse("merge_list"))] if waiting else []
