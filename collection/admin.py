"""Supervision: the county sees every ledger, slip, declaration and movement, and changes none of them here."""

from django.contrib import admin
from import_export.fields import Field

from collection.models import (
    Contribution,
    Declaration,
    Deposit,
    LedgerBatch,
    Movement,
    PublicNotice,
    ReceiptBook,
    Refund,
    SelfPayment,
    VillageAccount,
)
from residents.admin_base import AuditedExport, FoundByResident, MaskedNumber, NamedResource, ScopedAdmin
from subsidies.models import Campaign


class YearFilter(admin.SimpleListFilter):
    """The years of the county's campaigns: looking for them among the contributions would read every one."""

    title, parameter_name = "年度", "year"

    def lookups(self, request, model_admin):
        years = Campaign.objects.for_user(request.user).order_by("-year").values_list("year", flat=True)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, queryset):
        return queryset.filter(year=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(Contribution)
class ContributionAdmin(FoundByResident, ScopedAdmin):
    list_display = ("resident", "masked_number", "village", "year", "channel", "amount", "category", "paid_on", "state")
    list_filter = ("state", "channel", YearFilter)
    list_select_related = ("resident", "village")
    ordering = ("-id",)


@admin.register(LedgerBatch)
class LedgerBatchAdmin(ScopedAdmin):
    list_display = ("id", "village", "state", "uploaded_by", "uploaded_at", "confirmed_by", "confirmed_at")
    list_filter = ("state",)
    list_select_related = ("village", "uploaded_by", "confirmed_by")
    search_fields = ("village__code__startswith", "village__name__startswith")
    fields = (
        "village", "state", "sheet", "header_row", "uploaded_by", "uploaded_at", "confirmed_by", "confirmed_at",
        "withdrawn_by", "withdrawn_at", "withdrawn_reason",
    )


@admin.register(ReceiptBook)
class ReceiptBookAdmin(ScopedAdmin):
    list_display = ("__str__", "first", "last", "holder", "issued_by", "issued_at", "returned_text")
    list_select_related = ("holder", "issued_by")
    search_fields = ("holder__code__startswith", "holder__name__startswith")
    ordering = ("-id",)


@admin.register(Deposit)
class DepositAdmin(ScopedAdmin):
    list_display = ("paid_on", "village", "amount", "slip_no", "account", "state", "recorded_by", "verified_by")
    list_filter = ("state",)
    list_select_related = ("village", "recorded_by", "verified_by")
    search_fields = ("slip_no__startswith", "village__code__startswith", "village__name__startswith")
    search_help_text = "回单号、村代码或村名的开头"


class VillageAccountResource(NamedResource):
    village_name = Field(attribute="village__name", column_name="村名")

    class Meta:
        model = VillageAccount
        fields = export_order = (
            "village", "village_name", "collected", "in_hand", "township", "clearing", "treasury", "refunded"
        )


@admin.register(VillageAccount)
class VillageAccountAdmin(AuditedExport, ScopedAdmin):
    resource_classes = (VillageAccountResource,)
    list_display = ("village", "collected", "in_hand", "township", "clearing", "treasury", "refunded")
    list_select_related = ("village",)
    search_fields = ("village__code__startswith", "village__name__startswith")
    ordering = ("village_id",)


@admin.register(Movement)
class MovementAdmin(ScopedAdmin):
    list_display = ("on", "village", "kind", "from_place", "to_place", "amount", "actor", "reason")
    list_filter = ("kind",)
    list_select_related = ("village", "actor")
    search_fields = ("village__code__startswith",)
    search_help_text = "村代码的开头"
    ordering = ("-id",)
    fields = ("on", "at", "village", "kind", "from_place", "to_place", "amount", "actor", "reason", "key")


@admin.register(Declaration)
class DeclarationAdmin(ScopedAdmin):
    list_display = ("__str__", "state", "people", "amount", "confirmation_no", "remitted_on", "posted_at")
    list_filter = ("state",)
    list_select_related = ("township",)


@admin.register(SelfPayment)
class SelfPaymentAdmin(MaskedNumber, ScopedAdmin):
    list_display = ("paid_on", "name", "masked_number", "amount", "number", "outcome")
    list_filter = ("outcome",)
    search_fields = ("number__startswith", "name__startswith")
    ordering = ("-id",)
    fields = ("paid_on", "name", "masked_number", "amount", "number", "region_code", "outcome")


@admin.register(Refund)
class RefundAdmin(ScopedAdmin):
    list_display = ("requested_at", "village", "reason", "amount", "state", "first_by", "second_by")
    list_filter = ("state", "reason")
    list_select_related = ("village", "first_by", "second_by")
    fields = (
        "village", "reason", "amount", "state", "note", "requested_by", "requested_at", "first_by", "first_at",
        "second_by", "second_at", "reject_reason",
    )


@admin.register(PublicNotice)
class PublicNoticeAdmin(ScopedAdmin):
    list_display = ("village", "posted_on", "ends_on", "state", "posted_by", "closed_by")
    list_filter = ("state",)
    list_select_related = ("village", "posted_by", "closed_by")
    fields = ("village", "posted_on", "ends_on", "state", "posted_by", "closed_by", "closed_at")
