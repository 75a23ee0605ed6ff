from django.contrib import admin
from import_export.fields import Field

from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import AuditedExport, NamedResource
from subsidies.campaigns.admin_filters import CampaignFilter
from subsidies.campaigns.models import Campaign, Target


@admin.register(Campaign)
class CampaignAdmin(ScopedAdmin):
    list_display = ("county", "year", "policy_version", "opened_at", "closed_at")
    list_select_related = ("county", "policy_version")
    procedures = (("征缴年度", "campaign_list"), ("政策口径", "policy"))


class TargetResource(NamedResource):
    region_name = Field(attribute="region__name", column_name="区划名称")

    class Meta:
        model = Target
        fields = export_order = ("region", "region_name", "people", "source")


@admin.register(Target)
class TargetAdmin(AuditedExport, ScopedAdmin):
    resource_classes = (TargetResource,)
    list_display = ("campaign", "region", "people", "source")
    list_filter = (CampaignFilter, "region__level")
    by_place = True
    procedures = (("从表格上传各村任务", "targets_upload"),)
    list_select_related = ("campaign__county", "region")
    search_fields = ("region__code__startswith", "region__name__startswith")
    search_help_text = "区划代码或名称的开头"
    ordering = ("-campaign__year", "region_id")
