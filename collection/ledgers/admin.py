from django.contrib import admin

from collection.ledgers.models import LedgerBatch
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(LedgerBatch)
class LedgerBatchAdmin(ScopedAdmin):
    list_display = ("id", "village", "state", "uploaded_by", "uploaded_at", "confirmed_by", "confirmed_at")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("village", "uploaded_by", "confirmed_by")
    page, by_place = "ledger_detail", True
    procedures = (("各村台账", "ledger_villages"),)
    search_fields = ("village__code__startswith", "village__name__startswith")
    fields = (
        "village",
        "state",
        "sheet",
        "header_row",
        "uploaded_by",
        "uploaded_at",
        "confirmed_by",
        "confirmed_at",
        "withdrawn_by",
        "withdrawn_at",
        "withdrawn_reason",
    )
