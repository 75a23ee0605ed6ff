from django.db import models

from core.access.scope import ScopedQuerySet
from core.county_words import county_word


class Region(models.Model):
    """区划: county (6 digits), township (9), village (12). The code is the prefix of all codes below it."""

    class Level(models.TextChoices):
        COUNTY = "county", "县"
        TOWNSHIP = "township", "乡镇"
        VILLAGE = "village", "村"

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=8, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级", null=True, blank=True, related_name="children"
    )
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, verbose_name="并入", null=True, blank=True, related_name="replaces"
    )
    replaced_at = models.DateTimeField("并入时间", null=True, blank=True)
    #: Empty: it has stood as long as anything is counted.
    stands_since = models.DateTimeField("设立时间", null=True, blank=True)

    scope_field = "code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def county_code(self) -> str:
        return self.code[:6]

    @property
    def county_word(self) -> str:
        """县, 区 or 市, as sentences of this county say it."""
        return county_word(self.code)

    @property
    def current_code(self) -> str:
        """The code under which it is known today: that of the village it went into, where it was replaced."""
        return self.replaced_by_id or self.code

    @property
    def township_code(self) -> str:
        return self.code[:9]


class FormerRegionName(models.Model):
    """原名: what a region was called until an instant. Figures of former dates keep the name of their time."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="former_names")
    name = models.CharField("原名", max_length=60)
    until = models.DateTimeField("更名时间")
    document = models.CharField("依据", max_length=120, blank=True)

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区划原名"
        ordering = ["region", "until"]

    def __str__(self) -> str:
        return self.name
