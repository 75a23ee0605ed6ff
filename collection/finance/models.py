from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class FundEntry(models.Model):
    """资金凭证: what was applied for, received or passed up of a fund, by voucher and day. Append-only: a wrong one is
    reversed by another."""

    class Kind(models.TextChoices):
        APPLIED = "applied", "申请拨付"
        RECEIVED = "received", "到账"
        PASSED_UP = "passed_up", "上解"

    #: The same voucher of the same fund and kind stands once, until it is reversed.
    key = models.CharField("去重键", max_length=160, unique=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="fund_entries")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    fund = models.CharField("资金", max_length=30)
    department = models.CharField("部门", max_length=20, blank=True)
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", null=True, blank=True, related_name="+")
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    on = models.DateField("日期")
    voucher_no = models.CharField("凭证号", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, verbose_name="冲销", null=True, blank=True, related_name="reversed_by"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资金凭证"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["campaign", "kind", "fund", "on"], name="fund_entry_sums")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="fund_entry_sign",
            )
        ]

    def __str__(self) -> str:
        return f"{self.fund}{self.get_kind_display()}凭证 {self.voucher_no}"
