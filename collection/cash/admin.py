from django.contrib import admin, messages
from django.db.models import QuerySet
from import_export.fields import Field

from collection.cash.models import Deposit
from collection.cash.notices import urge_villages
from collection.cash.services import verify_deposit
from collection.money.models import VillageAccount
from core.accounts.requests import SignedIn
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import AuditedExport, NamedResource
from subsidies.campaigns.admin_filters import CampaignFilter
from subsidies.campaigns.models import Campaign


@admin.register(Deposit)
class DepositAdmin(ScopedAdmin):
    list_display = ("paid_on", "village", "amount", "slip_no", "account", "state", "recorded_by", "verified_by")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("village", "recorded_by", "verified_by")
    search_fields = ("slip_no__startswith", "village__code__startswith", "village__name__startswith")
    search_help_text = "回单号、村代码或村名的开头"
    page, by_place = "deposit_detail", True
    procedures = (("现金缴存", "cash_board"),)
    actions = ("export_chosen", "verify_chosen")

    @admin.action(description="核验所选回单")
    def verify_chosen(self, request: SignedIn, queryset: QuerySet[Deposit]) -> None:
        """Each through the service: one's own slips and rejected ones are refused by name."""
        self.run_each(request, queryset, lambda slip: verify_deposit(deposit=slip, actor=request.user), "已核验")


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
    by_place = True
    procedures = (("资金去向", "money_places"), ("现金缴存", "cash_board"))
    actions = ("export_chosen", "urge_chosen")

    @admin.action(description="催缴所选村的到期现金（发短信）")
    def urge_chosen(self, request: SignedIn, queryset: QuerySet[VillageAccount]) -> None:
        """Only where cash is late or due today; the same person gets one text a day, however often this is done."""
        villages, sent = 0, 0
        for campaign in Campaign.objects.for_user(request.user).filter(pk__in=queryset.values("campaign")):
            codes = set(queryset.filter(campaign=campaign).values_list("village_id", flat=True))
            urged = urge_villages(campaign=campaign, villages=codes, actor=request.user)
            villages, sent = villages + urged[0], sent + urged[1]
        if villages:
            messages.success(request, f"已向 {villages} 个村催缴，短信 {sent} 条，同一天不重复发送。")
        else:
            messages.info(request, "所选的村今天没有到期或逾期的现金，没有发送。")
