"""Access: which roles open which page. Every view declares it; tests/test_every_url.py refuses one that does not."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import models

from core.county_words import county_word

View = TypeVar("View", bound=Callable[..., Any])


class Role(models.TextChoices):
    COUNTY = "county", "医保局"
    TOWNSHIP = "township", "乡镇征缴专班"
    VILLAGE = "village", "村协办员"
    TAX = "tax", "税务局"
    DEPARTMENT = "department", "认定部门"
    FINANCE = "finance", "财政局"
    EDUCATION = "education", "教体局"
    SCHOOL = "school", "学校"
    LEADER = "leader", "领导"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计员"


#: 三员: they look after the system and see no business data by that role.
OFFICERS = frozenset({Role.SYSTEM, Role.SECURITY, Role.AUDIT})

#: Who works in the Django admin.
ADMIN_ROLES = frozenset({Role.COUNTY, *OFFICERS})
#: Every role that works on business data of its region. A school sees nothing by region: its own pupils alone.
BUSINESS = frozenset(Role) - OFFICERS - {Role.SCHOOL}
#: Offices: what gives one of these roles to somebody, or a new password to who has it, takes two people.
OFFICES = frozenset(Role) - OFFICERS - {Role.VILLAGE}
EVERYONE = frozenset(Role)
#: Offices of the county: their names begin with its word (区医保局).
COUNTY_OFFICES = frozenset({Role.COUNTY, Role.TAX, Role.FINANCE})
#: Who registers people and changes what is known of them at the counter.
AT_THE_COUNTER = (Role.COUNTY, Role.TOWNSHIP)


def role_name(role: str, code: str | None) -> str:
    """What a role is called in the county of this region: 县医保局, 区税务局, 村协办员."""
    return (county_word(code) if role in COUNTY_OFFICES else "") + Role(role).label


def roles(*allowed: str) -> Callable[[View], View]:
    """Open a view to these roles; others get the 403 page. Sets `view.roles`, which menus and tests read."""
    named = frozenset(Role(role) for role in allowed)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if request.user.role not in named:
                raise PermissionDenied("您的角色不能打开这个页面。")
            return view(request, *args, **kwargs)

        guarded.roles = named  # type: ignore[attr-defined]  # read by menus and tests
        return cast(View, guarded)

    return decorate
