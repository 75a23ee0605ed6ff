from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class VillageDuty(models.Model):
    """Where a village's cash stands after its last event: the `Position` of collection/duties/rules.py, kept as JSON.

    It follows from the village's own receipts and deposits alone, whatever the day, so that no task has to roll it
    over at midnight: readers ask services/duties.py, which carries it on to the day they ask about.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="duties")
    village = models.ForeignKey(Region, models.PROTECT, related_name="+")
    position = models.JSONField("推算结果", default=dict)
    unverified = models.DecimalField("待核验缴存", max_digits=14, decimal_places=2, default=0)
    unverified_since = models.DateField("最早待核验回单", null=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "双限状态"
        constraints = [models.UniqueConstraint(fields=["campaign", "village"], name="one_duty_a_village")]
