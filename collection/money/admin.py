"""Supervision: the county sees every ledger, slip, declaration and movement, and changes none of them here."""

from django.contrib import admin
from import_export.fields import Field

from collection.money.models import Movement, VillageAccount
from core.pages.admin_base import AuditedExport, NamedResource, ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


class VillageAccountResource(NamedResource):
    village_name = Field(attribute="village__name", column_name="村名")

    class Meta:
        model = VillageAccount
        fields = export_order = (
            "village",
            "village_name",
            "collected",
            "in_hand",
            "township",
            "clearing",
            "treasury",
            "refunded",
        )


@admin.register(VillageAccount)
class VillageAccountAdmin(AuditedExport, ScopedAdmin):
    resource_classes = (VillageAccountResource,)
    list_display = ("village", "collected", "in_hand", "township", "clearing", "treasury", "refunded")
    list_filter = (CampaignFilter,)
    list_select_related = ("village",)
    search_fields = ("village__code__startswith", "village__name__startswith")
    ordering = ("village_id",)


@admin.register(Movement)
class MovementAdmin(ScopedAdmin):
    list_display = ("on", "village", "kind", "from_place", "to_place", "amount", "actor", "reason")
    list_filter = (CampaignFilter, "kind")
    list_select_related = ("village", "actor")
    search_fields = ("village__code__startswith",)
    search_help_text = "村代码的开头"
    ordering = ("-id",)
    fields = ("on", "at", "village", "kind", "from_place", "to_place", "amount", "actor", "reason", "key")
