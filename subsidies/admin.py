from django.contrib import admin
from import_export.fields import Field

from residents.admin_base import AuditedExport, FoundByResident, NamedResource, ScopedAdmin
from subsidies.models import Campaign, Identity, PolicyVersion, Roster, Target


@admin.register(Campaign)
class CampaignAdmin(ScopedAdmin):
    list_display = ("county", "year", "policy_version", "opened_at", "closed_at")
    list_select_related = ("county", "policy_version")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ScopedAdmin):
    """The text of a policy as it was when somebody was quoted with it."""

    list_display = ("policy_id", "hash", "loaded_at", "note")
    fields = ("policy_id", "hash", "loaded_at", "note", "text")

    def get_queryset(self, request):
        county = request.user.scope_prefix[:6]
        rows = PolicyVersion.objects.order_by("policy_id", "-loaded_at")
        return rows.filter(policy_id__startswith=f"{county}-") if county else rows.none()


class TargetResource(NamedResource):
    region_name = Field(attribute="region__name", column_name="区划名称")

    class Meta:
        model = Target
        fields = export_order = ("region", "region_name", "people", "source")


@admin.register(Target)
class TargetAdmin(AuditedExport, ScopedAdmin):
    resource_classes = (TargetResource,)
    list_display = ("campaign", "region", "people", "source")
    list_filter = ("region__level",)
    list_select_related = ("campaign__county", "region")
    search_fields = ("region__code__startswith", "region__name__startswith")
    search_help_text = "区划代码或名称的开头"
    ordering = ("-campaign__year", "region_id")


@admin.register(Identity)
class IdentityAdmin(FoundByResident, ScopedAdmin):
    list_display = ("resident", "masked_number", "kind", "department", "recognised_on", "ended_on", "document")
    list_filter = ("kind", "department", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("resident",)
    ordering = ("-id",)


@admin.register(Roster)
class RosterAdmin(ScopedAdmin):
    list_display = (
        "id", "department", "category", "kind", "recognised_on", "document", "state", "uploaded_by", "applied_by",
    )
    list_filter = ("state", "department", "kind")
    list_select_related = ("uploaded_by", "applied_by")
