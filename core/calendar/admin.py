from django.contrib import admin
from django.http import HttpRequest

from core.calendar.models import Holiday
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import CountyResource, OwnCounty, region_of


class HolidayResource(CountyResource):
    def init_instance(self, row: dict[str, str] | None = None) -> Holiday:
        return Holiday(county_id=self.county)

    class Meta:
        model = Holiday
        import_id_fields = ("day",)
        fields = export_order = ("day", "is_working", "note")
        skip_unchanged = True


@admin.register(Holiday)
class HolidayAdmin(OwnCounty, ScopedAdmin):
    """Days on which the county differs from the national calendar; they move its own deadlines and public notices."""

    resource_classes = (HolidayResource,)
    editable = ("is_working", "note")
    can_add = True
    list_display = ("day", "is_working", "note")
    ordering = ("-day",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        return {"county": region_of(request)[:6]}
