from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.access.roles import OFFICERS, Role
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.accounts.services import change_account
from core.pages.admin_base import ScopedAdmin


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """The accounts of the county: the system officer closes them here and changes one on its page."""

    roles = frozenset({Role.SYSTEM, Role.SECURITY})
    list_display = ("username", "name", "role", "region", "department", "position", "phone", "is_active", "last_login")
    list_filter = ("role", "is_active", "must_change_password")
    list_select_related = ("region",)
    search_fields = ("username__startswith", "name__startswith", "phone__startswith")
    search_help_text = "账号、姓名或电话的开头"
    ordering = ("region_id", "username")
    fields = ("username", "name", "role", "region", "department", "position", "phone", "is_active", "last_login")
    by_place = True
    procedures = (
        ("新建一个", "account_add"),
        ("批量建立", "account_import"),
        ("账号变更确认", "account_changes"),
        ("联系表", "contact_list"),
    )
    actions = ("export_chosen", "close_chosen")

    def get_list_display(self, request: Any) -> Any:
        shown = super().get_list_display(request)
        return (*shown, "open_page") if request.user.role == Role.SYSTEM else shown

    @admin.display(description="办理")
    def open_page(self, obj: Model) -> SafeString:
        return format_html('<a href="{}">修改</a>', reverse("account_edit", args=[obj.pk]))

    def get_actions(self, request: Any) -> Any:
        actions = super().get_actions(request)
        if request.user.role != Role.SYSTEM:
            actions.pop("close_chosen", None)
        return actions

    @admin.action(description="停用所选账号")
    def close_chosen(self, request: SignedIn, queryset: QuerySet[User]) -> None:
        """Officers and one's own account are refused by name."""
        rows = queryset.filter(is_active=True)
        self.run_each(
            request, rows, lambda user: change_account(user=user, actor=request.user, is_active=False), "已停用账号"
        )

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)
        return rows if request.user.role == Role.SECURITY else rows.exclude(role__in=OFFICERS)
