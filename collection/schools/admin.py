from typing import Any

from django.contrib import admin
from import_export.fields import Field

from collection.schools.models import School
from collection.schools.services import register_school
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import CountyResource, OwnCounty
from core.regions.import_widgets import TownshipWidget


class SchoolResource(CountyResource):
    region = Field(attribute="region", column_name="所在乡镇")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["region"].widget = TownshipWidget(self.county)

    def save_row(self, row: School, is_new: bool) -> None:
        register_school(region=row.region, name=row.name, kind=row.kind, actor=self.actor)

    class Meta:
        model = School
        import_id_fields = ("region", "name")
        fields = export_order = ("region", "name", "kind")
        skip_unchanged = True


@admin.register(School)
class SchoolAdmin(OwnCounty, ScopedAdmin):
    """Schools and kindergartens, registered one by one or by a table; what they do is on their pages."""

    resource_classes = (SchoolResource,)
    list_display = ("name", "kind", "region", "closed_at")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("region",)
    search_fields = ("name__contains",)
    fields = ("name", "kind", "region", "closed_at")
    page, by_place = "school", True
    procedures = (("登记学校", "school_create"), ("学校参保", "school_list"))
