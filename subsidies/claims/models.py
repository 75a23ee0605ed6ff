from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.amounts import yuan
from core.regions.models import Region

USER = settings.AUTH_USER_MODEL


class ClaimList(models.Model):
    """报销清单: for whom the fund paid in a year, as the settlement system lists them.

    A complete list says of everybody insured who is not on it that nothing was paid for them; another one only adds.
    """

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READY = "ready", "待确认"
        APPLYING = "applying", "登记中"
        APPLIED = "applied", "已登记"
        REFUSED = "refused", "不能读取"
        WITHDRAWN = "withdrawn", "已撤回"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    complete = models.BooleanField("全年完整名单")
    document = models.CharField("依据", max_length=120)
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField("文件校验码", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    lines = models.PositiveIntegerField("行数", default=0)
    people = models.PositiveIntegerField("有报销的人数", default=0)
    unpaid = models.PositiveIntegerField("没有报销的行数", default=0)
    strangers = models.PositiveIntegerField("不在居民册的行数", default=0)
    bad = models.PositiveIntegerField("有问题的行数", default=0)
    bad_rows = models.JSONField("有问题的行", default=list)
    uploaded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    applied_by = models.ForeignKey(USER, models.PROTECT, verbose_name="确认人", null=True, related_name="+")
    applied_at = models.DateTimeField("确认时间", null=True)
    withdrawn_by = models.ForeignKey(USER, models.PROTECT, verbose_name="撤回人", null=True, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报销清单"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "year", "sha256"],
                condition=~Q(state__in=["refused", "withdrawn"]),
                name="one_claim_list_a_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年{'完整' if self.complete else '补充'}报销清单"


class Claim(models.Model):
    """报销记录: what the fund paid for one person in a year; it counts while its list is applied.

    `raised_used`: how much of the raised cap of the large-illness insurance was drawn on.
    """

    claim_list = models.ForeignKey(ClaimList, models.PROTECT, verbose_name="清单", related_name="claims")
    resident = models.ForeignKey("residents.Resident", models.PROTECT, verbose_name="居民", related_name="claims")
    year = models.PositiveSmallIntegerField("年度")
    paid = models.DecimalField("基金支付（元）", max_digits=12, decimal_places=2)
    raised_used = models.DecimalField("使用奖励额度（元）", max_digits=12, decimal_places=2, default=Decimal(0))

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报销记录"
        constraints = [
            models.CheckConstraint(condition=Q(paid__gt=0, raised_used__gte=0), name="claim_has_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年基金支付 {yuan(self.paid)}"
