"""What every part of the office uses: attachments, text messages to be sent, the holiday table."""

import uuid

from django.conf import settings
from django.db import models

from residents.models.regions import Region
from residents.scope import ScopedQuerySet


class Attachment(models.Model):
    """附件: an uploaded file (slip photo, evidence, roster, ledger), served only through a scoped view."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField("文件", upload_to="%Y/%m")
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("用途", max_length=20)
    size = models.PositiveIntegerField("字节")
    sha256 = models.CharField("摘要", max_length=64, db_index=True)
    region_code = models.CharField("区划代码", max_length=12, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"

    def __str__(self):
        return self.name


class OutboxMessage(models.Model):
    """待发短信: drained by a gateway; `key` makes the same notice go out once."""

    key = models.CharField("去重键", max_length=120, unique=True)
    kind = models.CharField("类别", max_length=20)
    region_code = models.CharField("区划代码", max_length=12, db_index=True)
    to_name = models.CharField("收件人", max_length=60)
    to_phone = models.CharField("电话", max_length=20, blank=True)
    text = models.CharField("内容", max_length=300)
    created_at = models.DateTimeField("生成时间")
    sent_at = models.DateTimeField("发出时间", null=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    try_after = models.DateTimeField("下次发送不早于", null=True)
    error = models.CharField("原因", max_length=200, blank=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待发短信"
        ordering = ["-id"]
        indexes = [models.Index(fields=["sent_at", "id"], name="outbox_unsent")]


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

    def __str__(self):
        return f"{self.day:%Y-%m-%d}{'上班' if self.is_working else '放假'}"
