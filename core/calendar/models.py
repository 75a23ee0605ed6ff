from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region


class Holiday(models.Model):
    """节假日调整: a day on which a county's offices differ from the national calendar that is built in."""

    county = models.ForeignKey(
        Region, models.PROTECT, verbose_name="县", related_name="+", limit_choices_to={"level": Region.Level.COUNTY}
    )
    day = models.DateField("日期")
    is_working = models.BooleanField("上班", default=False)
    note = models.CharField("说明", max_length=60, blank=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "节假日调整"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["county", "day"], name="one_holiday_row_a_day")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}{'上班' if self.is_working else '放假'}"
