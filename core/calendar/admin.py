from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.access.scope import ScopedQuerySet
from core.calendar.models import Holiday
from core.pages.admin_base import AuditedExport, AuditedImport, NamedResource, ScopedAdmin


class HolidayResource(NamedResource):
    """The days of one county: a row of a file is that county's, whatever else the file says."""

    def __init__(self, *, county: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.county = county

    def get_queryset(self) -> ScopedQuerySet:
        return Holiday.objects.filter(county=self.county)

    def init_instance(self, row: dict[str, str] | None = None) -> Holiday:
        return Holiday(county_id=self.county)

    class Meta:
        model = Holiday
        import_id_fields = ("day",)
        fields = export_order = ("day", "is_working", "note")
        skip_unchanged = True


@admin.register(Holiday)
class HolidayAdmin(AuditedImport, AuditedExport, ScopedAdmin):
    """Days on which the county differs from the national calendar; they move its own deadlines and public notices."""

    resource_classes = (HolidayResource,)
    editable = ("is_working", "note")
    can_add = True
    list_display = ("day", "is_working", "note")
    ordering = ("-day",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str]:
        return {"county": request.user.region_id[:6]}

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**kwargs, "county": request.user.region_id[:6]}
