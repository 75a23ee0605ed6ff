"""A list of the back office taken home as an Excel table: the columns that the screen shows, masked as there."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from core.audit import services as audit
from core.tables.writer import xlsx_response

#: More is taken home place by place; whole numbers are asked for elsewhere (core/exports).
MOST_ROWS = 100_000
_WIDTHS = {"masked_number": 22, "village": 24, "resident": 12, "name": 14}


class ListExport(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no argument where it runs
    """The list as it is filtered and searched, or the chosen rows; each export leaves an event with the number of rows.

    `not_exported`: columns that are links.
    """

    not_exported: tuple[str, ...] = ("open_page",)
    actions: Sequence[Any] | None = ("export_chosen",)

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", self.admin_site.admin_view(self.export_list), name=name), *super().get_urls()]

    def export_list(self, request: HttpRequest) -> HttpResponseBase:
        """Everything that the list's filters and search find, for whom the list is open to."""
        if not self.has_view_permission(request):
            raise PermissionDenied("您的角色不能导出这个列表。")
        rows = self.get_changelist_instance(request).get_queryset(request)
        if len(rows.values_list("pk")[: MOST_ROWS + 1]) > MOST_ROWS:
            messages.error(
                request, f"超过 {MOST_ROWS // 10_000} 万行，一次导不出。请先按乡镇、村或状态筛选，再分次导出。"
            )
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self._export(request, rows)

    @admin.action(description="导出所选")
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        return self._export(request, queryset)

    def _export(self, request: Any, rows: QuerySet[Any]) -> HttpResponseBase:
        names = [str(name) for name in self.get_list_display(request) if name not in self.not_exported]
        columns = [(str(label_for_field(name, self.model, self)), _WIDTHS.get(name, 16)) for name in names]
        if related := self.list_select_related:
            rows = rows.select_related(*cast(Sequence[str], related))
        audit.record(
            f"{self.opts.model_name}.export",
            actor=request.user,
            object_type=self.opts.model_name,
            region=request.user.region_id or "",
            summary=f"导出{self.opts.verbose_name} {rows.count()} 行（号码已隐去）",
        )
        table = ([self._value(name, row) for name in names] for row in rows.iterator(chunk_size=2000))
        return xlsx_response(filename=f"{self.opts.verbose_name}.xlsx", columns=columns, rows=table)

    def _value(self, name: str, row: Model) -> Any:
        """What the screen shows in this column, as a cell."""
        field, _, value = lookup_field(name, row, self)
        if field is not None and getattr(field, "flatchoices", None):
            value = dict(field.flatchoices).get(value, value)
        if isinstance(value, bool):
            return "是" if value else "否"
        if hasattr(value, "tzinfo"):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        if value is None or isinstance(value, int | float) or hasattr(value, "as_tuple") or hasattr(value, "isoformat"):
            return value
        return str(value)
