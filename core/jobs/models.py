import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.audit.labels import JOBS


class Job(models.Model):
    """任务: work that a worker does. This row is the truth; the queue's message only wakes a worker.

    `heartbeat_at` follows the real clock; a running job whose heartbeat is old belongs to a lost worker and goes back
    to the queue. `token` fences: a worker that lost its job cannot report on it any more.
    `result` is what the work found, for the page that waits for it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "处理中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("任务", max_length=60)
    key = models.CharField("去重键", max_length=120)
    args = models.JSONField("参数", default=dict)
    region_code = models.CharField("区划代码", max_length=12, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", null=True, related_name="+"
    )
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.QUEUED)
    token = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=300, blank=True)
    result = models.JSONField("结果", null=True, editable=False)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    started_at = models.DateTimeField("开始", null=True)
    finished_at = models.DateTimeField("结束", null=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["queued", "running"]), name="one_live_job_a_key"
            )
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="job_state")]

    def __str__(self) -> str:
        return f"{JOBS.get(self.kind, self.kind)} {self.get_state_display()}"

    @property
    def is_live(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)
