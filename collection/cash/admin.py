from django.contrib import admin

from collection.cash.models import Deposit
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Deposit)
class DepositAdmin(ScopedAdmin):
    list_display = ("paid_on", "village", "amount", "slip_no", "account", "state", "recorded_by", "verified_by")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("village", "recorded_by", "verified_by")
    search_fields = ("slip_no__startswith", "village__code__startswith", "village__name__startswith")
    search_help_text = "回单号、村代码或村名的开头"
