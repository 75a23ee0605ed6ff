from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class Tally(models.Model):
    """People by which a village's figures rose, or fell, at one time.

    Kept by triggers on the contributions, so that no way of writing one can forget them (docs/decisions/tallies.md).
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="+", db_index=False)
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+", db_index=False)
    collected = models.IntegerField("已收", default=0, db_default=0)
    posted = models.IntegerField("已入库", default=0, db_default=0)
    self_paid = models.IntegerField("自主缴费", default=0, db_default=0)
    collective = models.IntegerField("集体资助", default=0, db_default=0)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class DayTally(Tally):
    """每日计数: a village's day, by the county's own clock."""

    day = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "每日计数"
        constraints = [models.UniqueConstraint(fields=["campaign", "village", "day"], name="one_tally_a_day")]


class InstantTally(Tally):
    """逐次计数: an instant, for the part of a day that a count ends in."""

    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "逐次计数"
        constraints = [models.UniqueConstraint(fields=["campaign", "at", "village"], name="one_tally_an_instant")]
