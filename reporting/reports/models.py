from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class TownshipReport(models.Model):
    """乡镇周报: what a township tells the county by Friday noon. The two figures are filled in when it is sent."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="township_reports")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    due_at = models.DateTimeField("应报时间")
    collected = models.PositiveIntegerField("征缴人数")
    posted = models.PositiveIntegerField("参保入库人数")
    practice = models.TextField("典型做法", max_length=1000, blank=True)
    problem = models.TextField("存在问题", max_length=1000, blank=True)
    suggestion = models.TextField("意见建议", max_length=1000, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="报送人", related_name="+")
    sent_at = models.DateTimeField("报送时间")

    scope_field = "township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "乡镇周报"
        ordering = ["-due_at", "township"]
        constraints = [models.UniqueConstraint(fields=["campaign", "township", "due_at"], name="one_report_a_week")]

    @property
    def is_late(self) -> bool:
        return self.sent_at > self.due_at
