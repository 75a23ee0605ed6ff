from django.contrib import admin

from collection.refunds.models import Refund
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Refund)
class RefundAdmin(ScopedAdmin):
    list_display = ("requested_at", "resident", "village", "reason_name", "amount", "state", "first_by", "second_by")
    list_filter = (CampaignFilter, "state", "reason_name")
    page, by_place = "refund_detail", True
    procedures = (("登记退费申请", "refund_find"), ("退费付款", "refund_transfer_list"))
    list_select_related = ("resident", "village", "first_by", "second_by")
    fields = (
        "resident",
        "village",
        "reason_name",
        "amount",
        "state",
        "note",
        "requested_by",
        "requested_at",
        "first_by",
        "first_at",
        "second_by",
        "second_at",
        "reject_reason",
    )
