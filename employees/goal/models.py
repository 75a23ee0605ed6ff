from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from employees.units.models import Unit


class PensionRoll(models.Model):
    """养老参保名册: the pension office's roll of a month, compared with those insured for illness in that month."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READ = "read", "已比对"
        REFUSED = "refused", "不能读取"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    month = models.DateField("月份")
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=8, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    notes = models.JSONField("提示", default=list)
    people = models.PositiveIntegerField("名册人数", default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "养老参保名册"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["county", "month", "sha256"], name="one_roll_a_month_and_digest")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y年%-m月}养老参保名册"


class RollDifference(models.Model):
    """比对差异: somebody on the pension roll who is not insured for illness, or with another base, or the reverse."""

    class Kind(models.TextChoices):
        NOT_INSURED = "not_insured", "有养老，没有医保"
        NOT_ON_ROLL = "not_on_roll", "有医保，没有养老"
        BASE_DIFFERS = "base_differs", "缴费基数不一致"
        UNREADABLE = "unreadable", "名册这一行有误"

    roll = models.ForeignKey(PensionRoll, models.CASCADE, related_name="differences")
    kind = models.CharField("差异", max_length=12, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", null=True, related_name="+")
    unit_name = models.CharField("名册单位", max_length=100, blank=True)
    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("证件号码", max_length=30)
    roll_base = models.DecimalField("养老基数", max_digits=10, decimal_places=2, null=True)
    base = models.DecimalField("医保基数", max_digits=10, decimal_places=2, null=True)
    message = models.CharField("说明", max_length=200, blank=True)

    scope_field = "roll__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "比对差异"
        ordering = ["id"]
        indexes = [models.Index(fields=["roll", "kind"], name="roll_difference_kind")]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"
