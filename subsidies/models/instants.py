from django.db import models

from subsidies.models.campaigns import Campaign


class CountingLine(models.Model):
    """定稿线: before this instant everything has been counted; nothing may be dated before it any more."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="counting_line")
    settled_until = models.DateTimeField("已定稿至")

    class Meta:
        verbose_name = verbose_name_plural = "定稿线"
