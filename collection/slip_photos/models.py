from django.db import models

from core.access.scope import ScopedQuerySet


class SlipReading(models.Model):
    """回单照片读数: what a machine read off the photograph of a slip that was recorded. Advice to whoever verifies."""

    photo = models.OneToOneField(
        "core.Attachment", models.CASCADE, verbose_name="回单照片", related_name="slip_reading", primary_key=True
    )
    slip_no = models.CharField("读出的回单号", max_length=40, blank=True)
    paid_on = models.DateField("读出的日期", null=True)
    amount = models.DecimalField("读出的金额", max_digits=12, decimal_places=2, null=True)
    problem = models.CharField("没有读出的原因", max_length=100, blank=True)
    read_at = models.DateTimeField("读取时间")

    scope_field = "photo__region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回单照片读数"

    def __str__(self) -> str:
        return f"{self.slip_no} {self.paid_on} {self.amount}"
