from django.urls import reverse

from core.access.roles import Role
from core.accounts import confirmations, lockout
from core.accounts.models import User
from core.exports.services import waiting_for
from core.pages.frame import Asked, Counted, Entry, Todo

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


def todos(user: User) -> list[Asked]:
    if user.role == Role.SECURITY:
        return [*_changes(user), *_locks(user)]
    if user.role == Role.SYSTEM:
        return _first_passwords(user)
    if user.role == Role.COUNTY:
        return _exports(user)
    return []


def _exports(user: User) -> list[Asked]:
    return [Counted(waiting_for(user), "{count} 项完整号码导出待您同意", reverse("export_list"))]


def _changes(user: User) -> list[Asked]:
    rows = confirmations.waiting_for(user)
    return [Counted(rows, "{count} 项账号变更待您确认", reverse("account_changes"), urgent=True)]


def _locks(user: User) -> list[Todo]:
    names = set(User.objects.for_user(user).values_list("username", flat=True))
    number = sum(1 for row in lockout.locked() if row["username"] in names)
    return [Todo(f"{number} 个账号因输错密码被锁定", reverse("lock_list"), urgent=True)] if number else []


def _first_passwords(user: User) -> list[Asked]:
    waiting = User.objects.for_user(user).filter(is_active=True, must_change_password=True, last_login=None)
    return [Counted(waiting, "{count} 个账号已发首次密码，尚未登录", reverse("account_list"))]
