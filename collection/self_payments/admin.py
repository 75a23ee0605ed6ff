from django.contrib import admin

from collection.self_payments.models import SelfPayment
from core.pages.admin_base import MaskedNumber, ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(SelfPayment)
class SelfPaymentAdmin(MaskedNumber, ScopedAdmin):
    list_display = ("paid_on", "name", "masked_number", "amount", "number", "outcome")
    list_filter = (CampaignFilter, "outcome")
    page, by_place = "self_payment_settle", True
    procedures = (("上传已缴清单", "paid_list_upload"),)
    search_fields = ("number__startswith", "name__startswith")
    ordering = ("-id",)
    fields = ("paid_on", "name", "masked_number", "amount", "number", "region_code", "outcome")
