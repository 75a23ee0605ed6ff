"""What every part of the office uses: attachments, text messages to be sent, the holiday table."""

import uuid

from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet


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

    def __str__(self) -> str:
        return self.name
