from django.contrib import admin

from collection.visits.causes import save_cause
from collection.visits.models import Cause
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import CountyResource, OwnCounty
from core.regions.models import Region


class CauseResource(CountyResource):
    def save_row(self, row: Cause, is_new: bool) -> None:
        known = None if is_new else Cause.objects.get(pk=row.pk)
        save_cause(
            county=Region.objects.get(pk=self.county),
            name=row.name,
            asks=row.asks,
            status=row.status,
            position=row.position,
            actor=self.actor,
            cause=known,
        )

    class Meta:
        model = Cause
        import_id_fields = ("name",)
        fields = export_order = ("name", "asks", "status", "position")
        skip_unchanged = True


@admin.register(Cause)
class CauseAdmin(OwnCounty, ScopedAdmin):
    """The county's own list of why people are not insured."""

    resource_classes = (CauseResource,)
    list_display = ("name", "asks", "status", "position", "given_up")
    list_filter = ("given_up",)
    search_fields = ("name__contains",)
    ordering = ("position", "id")
    fields = ("name", "asks", "status", "position", "given_up")
    page = "cause_edit"
    procedures = (("新增原因、设定期限", "cause_list"),)
