"""Supervision: the county sees every movement, and changes none of them here."""

from django.contrib import admin

from collection.money.models import Movement
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Movement)
class MovementAdmin(ScopedAdmin):
    list_display = ("on", "village", "kind", "from_place", "to_place", "amount", "actor", "reason")
    list_filter = (CampaignFilter, "kind")
    list_select_related = ("village", "actor")
    search_fields = ("village__code__startswith",)
    search_help_text = "村代码的开头"
    by_place = True
    ordering = ("-id",)
    fields = ("on", "at", "village", "kind", "from_place", "to_place", "amount", "actor", "reason", "key")
