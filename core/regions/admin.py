from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.access.roles import Role
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import AuditedExport, NamedResource
from core.regions.models import Region


class RegionResource(NamedResource):
    class Meta:
        model = Region
        fields = export_order = ("code", "name", "level", "parent")


@admin.register(Region)
class RegionAdmin(AuditedExport, ScopedAdmin):
    """Regions come with the campaign and are merged at the county's counter; here they are looked up."""

    roles = frozenset({Role.COUNTY, Role.SYSTEM})
    resource_classes = (RegionResource,)
    list_display = ("code", "name", "level", "parent", "replaced_by")
    list_filter = ("level",)
    list_select_related = ("parent", "replaced_by")
    search_fields = ("code__startswith", "name__startswith")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        if request.user.is_authenticated and request.user.role == Role.SYSTEM:
            return Region.objects.in_region(request.user.region_id or "").order_by("code")
        rows: QuerySet[Region] = super().get_queryset(request)
        return rows
