from django.contrib import admin

from collection.receipts.models import Receipt, ReceiptBook
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(ReceiptBook)
class ReceiptBookAdmin(ScopedAdmin):
    list_display = ("__str__", "first", "last", "holder", "issued_by", "issued_at", "handed_back")
    list_filter = (CampaignFilter,)
    list_select_related = ("holder", "issued_by")
    search_fields = ("holder__code__startswith", "holder__name__startswith")
    ordering = ("-id",)
    by_place = True
    procedures = (("发放收据本", "book_issue"), ("批量发放", "book_issue_many"))

    @admin.display(description="已交回号码")
    def handed_back(self, obj: ReceiptBook) -> str:
        return obj.returned_text


@admin.register(Receipt)
class ReceiptAdmin(ScopedAdmin):
    """Every number that was used, voided or lost."""

    list_display = ("number", "village", "used_on", "amount", "state", "void_reason")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("village",)
    search_fields = ("number__startswith",)
    search_help_text = "收据号的开头"
    ordering = ("-id",)
    page, by_place = "receipt_detail", True
    fields = (
        "number",
        "village",
        "book",
        "household",
        "amount",
        "used_on",
        "state",
        "void_reason",
        "voided_by",
        "voided_at",
    )
