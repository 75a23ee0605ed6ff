from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from employees.declarations.models import MonthlyDeclaration


class MonthFile(models.Model):
    """多单位申报表: one table with the month of many units; each unit's rows become its own declaration."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        REFUSED = "refused", "不能读取"
        CHECKED = "checked", "待确认"
        BOOKING = "booking", "正在记账"
        BOOKED = "booked", "已记账"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    month = models.DateField("费款所属期")
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=8, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    notes = models.JSONField("提示", default=list)
    #: [[row, what is wrong], …] of rows that belong to no unit.
    lost = models.JSONField("未匹配单位的行", default=list)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    booked_at = models.DateTimeField("记账时间", null=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "多单位申报表"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["county", "month", "sha256"], name="one_month_file_a_digest"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="month_file_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y年%-m月}多单位申报表"


class FiledDeclaration(models.Model):
    """Which declarations came from which table."""

    file = models.ForeignKey(MonthFile, models.CASCADE, related_name="declarations")
    declaration = models.OneToOneField(MonthlyDeclaration, models.CASCADE, related_name="filed")

    scope_field = "declaration__unit__township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "多单位申报表的申报"

    def __str__(self) -> str:
        return str(self.declaration_id)
