from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class Deposit(models.Model):
    """缴存: cash of a village banked, with its slip; recorded by one person, verified by another."""

    class State(models.TextChoices):
        PENDING = "pending", "待核验"
        VERIFIED = "verified", "已核验"
        REJECTED = "rejected", "已退回"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="deposits")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    slip_no = models.CharField("银行回单号", max_length=40)
    paid_on = models.DateField("回单日期")
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    account = models.CharField("存入账户", max_length=60)
    photo = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="回单照片", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="核验人", null=True, related_name="+"
    )
    verified_at = models.DateTimeField("核验时间", null=True)
    reject_reason = models.CharField("退回原因", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缴存"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_positive"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("recorded_by")), name="deposit_two_people"
            ),
            models.UniqueConstraint(
                fields=["campaign", "slip_no"], condition=~Q(state="rejected"), name="slip_used_once"
            ),
        ]
        indexes = [models.Index(fields=["campaign", "village", "paid_on"], name="deposit_village")]

    def __str__(self) -> str:
        return f"{self.village} {self.paid_on} {self.amount}"
