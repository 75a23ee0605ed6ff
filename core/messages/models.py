from django.db import models

from core.access.scope import ScopedQuerySet


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

    def __str__(self) -> str:
        return f"{self.to_name}：{self.text}"
