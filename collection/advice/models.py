from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class CoverAdvice(models.Model):
    """待遇告知: somebody was told at the window what to pay, from when it covers and how long to wait, and signed.

    零星参保 after the period begins with it. Rows are added, never changed: the latest one holds.
    """

    class Signer(models.TextChoices):
        SELF = "self", "本人"
        GUARDIAN = "guardian", "监护人"
        OTHER = "other", "代办人"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="cover_advices", db_index=False
    )
    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, verbose_name="居民", related_name="cover_advices"
    )
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+", db_index=False)
    paid_on = models.DateField("计算所依缴费日期")
    category = models.CharField("资助类别", max_length=40)
    due = models.DecimalField("个人应缴", max_digits=10, decimal_places=2)
    benefit_from = models.DateField("待遇起", null=True)
    benefit_to = models.DateField("待遇止", null=True)
    waiting_months = models.PositiveSmallIntegerField("等待期（月）", default=0)
    signer = models.CharField("签字人身份", max_length=8, choices=Signer)
    signed_by = models.CharField("签字人", max_length=60)
    paper = models.ForeignKey(
        "core.Attachment", models.PROTECT, verbose_name="签字的告知书", null=True, blank=True, related_name="+"
    )
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="告知人", related_name="+")
    told_at = models.DateTimeField("告知时间")

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待遇告知"
        ordering = ["-id"]
        indexes = [models.Index(fields=["campaign", "resident", "id"], name="advice_latest")]

    def __str__(self) -> str:
        return f"待遇告知 {self.pk}"
