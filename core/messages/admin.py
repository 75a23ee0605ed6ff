from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.access import masks
from core.audit.labels import NOTICES
from core.messages.kinds import all_kinds
from core.messages.models import OutboxMessage
from core.pages.admin_base import ScopedAdmin


def _labels() -> dict[str, str]:
    """What the kinds of message are called, to staff and to people outside."""
    return NOTICES | {kind.key: kind.label for kind in all_kinds()}


class NoticeFilter(admin.SimpleListFilter):
    title, parameter_name = "类别", "kind"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[OutboxMessage]") -> list[tuple[str, str]]:
        return list(_labels().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class OutboxAdmin(ScopedAdmin):
    list_display = ("created_at", "notice", "to_name", "masked_phone", "text", "sent_at", "error")
    list_filter = (NoticeFilter, ("sent_at", admin.EmptyFieldListFilter))
    fields = ("created_at", "notice", "region_code", "to_name", "masked_phone", "text", "sent_at", "attempts", "error")

    @admin.display(description="类别", ordering="kind")
    def notice(self, obj: OutboxMessage) -> str:
        return _labels().get(obj.kind, obj.kind)

    @admin.display(description="电话")
    def masked_phone(self, obj: OutboxMessage) -> str:
        return masks.mask_phone(obj.to_phone)
