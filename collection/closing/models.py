from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from subsidies.campaigns.models import Campaign


class CampaignClosing(models.Model):
    """办结: the sums a campaign was closed with, and by name what was left open and why.

    `open_items`: [{"kind", "title", "count", "amount", "reason", "rows": [[village, who, what], …]}], masked.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="closings")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办结人", related_name="+")
    closed_at = models.DateTimeField("办结时间")
    sums = models.JSONField("资金", default=dict)
    reopen_until = models.DateField("可重开至", null=True, blank=True)
    reopened_at = models.DateTimeField("重开时间", null=True, blank=True)
    open_items = models.JSONField("遗留事项", default=list)

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征缴办结"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=models.Q(reopened_at__isnull=True), name="one_closing_a_campaign"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign}办结"


class ClosingConsent(models.Model):
    """提前办结、重开: asked for by one office with a reason, agreed to by a person of another; serves once."""

    class Kind(models.TextChoices):
        EARLY = "early", "提前办结"
        REOPEN = "reopen", "重开"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="consents")
    kind = models.CharField("事项", max_length=6, choices=Kind)
    reason = models.CharField("原因", max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提出人", related_name="+")
    asked_at = models.DateTimeField("提出时间")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="同意人", null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField("同意时间", null=True, blank=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办结同意"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "kind"], condition=models.Q(used_at__isnull=True), name="one_open_consent_a_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("asked_by")),
                name="consent_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}{self.get_kind_display()}"
