from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign


class RepairPayment(models.Model):
    """断保修复: the fees of years without cover, paid back at the tax bureau's window against its ticket."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="repairs")
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="repairs")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    years = models.JSONField("补缴年度")
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    ticket_no = models.CharField("税票号", max_length=40)
    paid_on = models.DateField("缴费日期")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="撤回人", null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "断保修复"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "ticket_no"], condition=Q(withdrawn_at__isnull=True), name="one_repair_a_ticket"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="repair_has_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.resident}补缴 {'、'.join(map(str, self.years))} 年"
