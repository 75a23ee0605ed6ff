from django.contrib import admin

from collection.declarations.models import Declaration, VerdictWord
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Declaration)
class DeclarationAdmin(ScopedAdmin):
    list_display = ("__str__", "state", "people", "amount", "confirmation_no", "remitted_on", "posted_at")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("township",)
    page, by_place = "declaration_detail", True
    procedures = (("导入失败改正", "failure_list"), ("已收未入库", "stuck_people"))


@admin.register(VerdictWord)
class VerdictWordAdmin(ScopedAdmin):
    """What the county has explained of the tax bureau's words; explained on the page of a feedback file."""

    list_display = ("word", "ok", "explained_by", "explained_at")
    list_filter = ("ok",)
    list_select_related = ("explained_by",)
    search_fields = ("word__contains",)
    ordering = ("word",)
