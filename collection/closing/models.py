from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from subsidies.campaigns.models import Campaign


class CampaignClosing(models.Model):
    """办结: the sums a campaign was closed with, and by name what was left open and why.

    `open_items`: [{"kind", "title", "count", "amount", "reason", "rows": [[village, who, what], …]}], masked.
    """

    campaign = models.OneToOneField(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="closing")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办结人", related_name="+")
    closed_at = models.DateTimeField("办结时间")
    sums = models.JSONField("资金", default=dict)
    open_items = models.JSONField("遗留事项", default=list)

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征缴办结"
