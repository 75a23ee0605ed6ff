from typing import Any, Self

from django.conf import settings
from django.db import models

from core.access.roles import Role
from core.access.scope import ScopedQuerySet, successor


class EventQuerySet(ScopedQuerySet):
    def for_user(self, user: Any) -> Self:
        """The audit officer sees their county's events and those of no region; others see their own region's."""
        if user.role == Role.AUDIT and user.region_id:
            here = models.Q(region_code__gte=user.region_id, region_code__lt=successor(user.region_id))
            return self.filter(here | models.Q(region_code=""))
        return super().for_user(user)


class Event(models.Model):
    """审计事件: who did what to what, when and from where. Append-only: the database refuses changes."""

    at = models.DateTimeField("业务时间")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="操作人", null=True, related_name="+", db_index=False
    )
    actor_name = models.CharField("操作人姓名", max_length=60)
    action = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象", max_length=40, blank=True)
    object_id = models.CharField("对象编号", max_length=60, blank=True)
    region_code = models.CharField("区划代码", max_length=12, blank=True)
    source = models.CharField("来源", max_length=60, blank=True, help_text="网络地址、任务或命令")
    summary = models.CharField("摘要", max_length=300)
    before = models.JSONField("变更前", null=True)
    after = models.JSONField("变更后", null=True)
    batch = models.CharField("批次", max_length=60, blank=True)

    scope_field = "region_code"
    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计事件"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="event_object"),
            models.Index(fields=["action", "recorded_at"], name="event_action"),
            models.Index(fields=["actor", "recorded_at"], name="event_actor"),
            models.Index(fields=["recorded_at"], name="event_time"),
        ]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {self.actor_name} {self.summary}"
