from django.urls import reverse

from core.access.roles import Role
from core.accounts import confirmations, lockout
from core.accounts.models import User
from core.exports.services import waiting_for
from core.pages.frame import Entry, Todo

ENTRIES = [
    Entry("今日待办", "home", 10),
    Entry("账号", "account_list", 90, admin_list="core.User"),
    Entry("账号变更确认", "account_changes", 90),
    Entry("完整号码导出", "export_list", 90),
    Entry("登录锁定", "lock_list", 91),
    Entry("审计日志", "event_list", 92),
    Entry("联系表", "contact_list", 93),
    Entry("后台管理", "admin:index", 99, frozenset({Role.COUNTY, Role.SYSTEM})),
]


def todos(user: User) -> list[Todo]:
    if user.role == Role.SECURITY:
        return [*_changes(user), *_locks(user)]
    if user.role == Role.SYSTEM:
        return _first_passwords(user)
    if user.role == Role.COUNTY:
        return _exports(user)
    return []


def _exports(user: User) -> list[Todo]:
    number = waiting_for(user)
    return [Todo(f"{number} 项完整号码导出等您同意", reverse("export_list"))] if number else []


def _changes(user: User) -> list[Todo]:
    number = confirmations.waiting_count(user)
    return [Todo(f"{number} 项账号变更等您确认", reverse("account_changes"), urgent=True)] if number else []


def _locks(user: User) -> list[Todo]:
    names = set(User.objects.for_user(user).values_list("username", flat=True))
    number = sum(1 for row in lockout.locked() if row["username"] in names)
    return [Todo(f"{number} 个账号因输错密码被锁定", reverse("lock_list"), urgent=True)] if number else []


def _first_passwords(user: User) -> list[Todo]:
    waiting = User.objects.for_user(user).filter(is_active=True, must_change_password=True, last_login=None).count()
    return [Todo(f"{waiting} 个账号发了首次密码还没有登录过", reverse("account_list"))] if waiting else []
