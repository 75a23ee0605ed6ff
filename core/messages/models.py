from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region


class OutboxMessage(models.Model):
    """待发短信: drained by a gateway; `key` makes the same notice go out once."""

    class State(models.TextChoices):
        DRAFT = "draft", "待核准"
        WAITING = "waiting", "待发送"
        SENDING = "sending", "正在发送"
        SENT = "sent", "已发出"
        FAILED = "failed", "没有发出"
        UNSURE = "unsure", "结果不明"
        DROPPED = "dropped", "不再发送"

    key = models.CharField("去重键", max_length=120, unique=True)
    kind = models.CharField("类别", max_length=20)
    region_code = models.CharField("区划代码", max_length=12, db_index=True)
    to_name = models.CharField("收件人", max_length=60)
    to_phone = models.CharField("电话", max_length=20, blank=True)
    text = models.CharField("内容", max_length=500)
    #: Which bulk reminder it belongs to.
    batch = models.CharField("批次", max_length=40, blank=True, db_index=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField("生成时间")
    #: When a worker took it in hand, by the real clock: a worker that died with it is noticed by that.
    claimed_at = models.DateTimeField("领取时间", null=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    try_after = models.DateTimeField("下次发送不早于", null=True)
    error = models.CharField("原因", max_length=200, blank=True)
    parts = models.PositiveSmallIntegerField("计费条数", default=1)
    cost = models.DecimalField("费用（元）", max_digits=8, decimal_places=3, null=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "短信"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "id"], name="outbox_state"),
            models.Index(fields=["to_phone", "kind", "sent_at"], name="outbox_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.to_name}：{self.text}"

    @property
    def badge(self) -> str:
        """The kind of badge that shows its state."""
        return _BADGES.get(self.state, "wait")


_BADGES = {"sent": "ok", "failed": "bad", "unsure": "warn", "dropped": "off"}


class MessageTemplate(models.Model):
    """短信模板: a county's wording of a kind of message to people, and whether it sends that kind at all."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    kind = models.CharField("类别", max_length=20)
    text = models.CharField("内容", max_length=200)
    is_on = models.BooleanField("启用", default=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="修改人", null=True, related_name="+"
    )
    changed_at = models.DateTimeField("修改时间")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "短信模板"
        constraints = [models.UniqueConstraint(fields=["county", "kind"], name="one_template_a_kind")]

    def __str__(self) -> str:
        return f"{self.county.name}{self.kind}"


class MessagePrice(models.Model):
    """短信单价: what the provider charges a county for one part."""

    county = models.OneToOneField(Region, models.PROTECT, verbose_name="县", primary_key=True, related_name="+")
    price = models.DecimalField("单价（元/条）", max_digits=6, decimal_places=3)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "短信单价"

    def __str__(self) -> str:
        return f"{self.county.name} {self.price} 元/条"


class OptOut(models.Model):
    """不接收短信: a telephone that gets no messages to people any more; it holds for the whole county."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    region_code = models.CharField("登记单位", max_length=12, db_index=True)
    phone = models.CharField("电话", max_length=20)
    reason = models.CharField("来源", max_length=120)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("恢复接收时间", null=True, blank=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不接收短信"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "phone"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_live_opt_out_a_phone",
            )
        ]

    def __str__(self) -> str:
        return f"不接收短信 {self.pk}"
