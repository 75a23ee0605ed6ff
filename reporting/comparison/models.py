from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class PopulationFigure(models.Model):
    """人口数: what the statistics bureau or the police gives for a year; the newest one of a kind counts.

    户籍 and 常住 are kept apart: the share of a county's goal is of those who live there (高阳 一（三）1), and villages
    keep books of both (屯留 六（一）). Append-only: a corrected figure is a further row.
    """

    class Kind(models.TextChoices):
        LIVING = "living", "常住人口"
        REGISTERED = "registered", "户籍人口"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="population_figures")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+")
    kind = models.CharField("口径", max_length=10, choices=Kind)
    people = models.PositiveIntegerField("人数")
    source = models.CharField("来源", max_length=120)
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", null=True, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="录入人", related_name="+")
    entered_at = models.DateTimeField("录入时间")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人口数"
        ordering = ["-id"]
        indexes = [models.Index(fields=["campaign", "region", "kind"], name="population_figure")]
