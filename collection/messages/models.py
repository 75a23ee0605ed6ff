from django.conf import settings
from django.db import models

from collection.contributions.models import Contribution
from core.access.scope import ScopedQuerySet
from core.jobs.models import Job
from core.messages.models import OutboxMessage
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign


class MessageAbout(models.Model):
    """短信所涉居民: of whom a message tells, and of which payment or refund."""

    message = models.ForeignKey(OutboxMessage, models.CASCADE, verbose_name="短信", related_name="about")
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="messages")
    contribution = models.ForeignKey(
        Contribution, models.PROTECT, verbose_name="缴费记录", null=True, blank=True, related_name="+"
    )
    refund = models.ForeignKey(
        "Refund", models.PROTECT, verbose_name="退费", null=True, blank=True, related_name="+", db_index=False
    )

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "短信所涉居民"

    def __str__(self) -> str:
        return f"{self.resident_id}：{self.message_id}"


class ReminderBatch(models.Model):
    """催缴批次: reminders to the unpaid households of a region, written whole before anybody agrees to send them."""

    class State(models.TextChoices):
        WRITING = "writing", "正在生成"
        READY = "ready", "待核准"
        APPROVED = "approved", "已核准发送"
        WITHDRAWN = "withdrawn", "已取消"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="范围", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WRITING)
    households = models.PositiveIntegerField("户数", default=0)
    people = models.PositiveIntegerField("人数", default=0)
    without_phone = models.PositiveIntegerField("没有手机号码（户）", default=0)
    opted_out = models.PositiveIntegerField("不接收短信（户）", default=0)
    reminded = models.PositiveIntegerField("近日已提醒（户）", default=0)
    unquoted = models.PositiveIntegerField("应缴金额未定（人）", default=0)
    parts = models.PositiveIntegerField("计费条数", default=0)
    cost = models.DecimalField("预计费用（元）", max_digits=10, decimal_places=3, null=True)
    template = models.CharField("短信内容", max_length=200)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="核准人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("核准时间", null=True)
    reason = models.CharField("取消的原因", max_length=200, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, verbose_name="任务", null=True, related_name="+")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "催缴批次"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "region"],
                condition=models.Q(state__in=["writing", "ready"]),
                name="one_open_reminder_a_region",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region.name}{self.campaign.year}年度催缴短信第{self.pk}批"

    @property
    def batch(self) -> str:
        """What its messages carry."""
        return f"reminder-{self.pk}"
