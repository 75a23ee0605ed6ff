from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.files.models import Attachment
from core.jobs.models import Job


class BulkExport(models.Model):
    """完整号码导出: who asked for whole numbers of whom, what for, who agreed, and the file until it runs out."""

    class Purpose(models.TextChoices):
        TAX = "tax", "与税务部门核对参保信息"
        DEPARTMENT = "department", "与认定部门比对资助对象"
        BANK = "bank", "退费发放核对账户"
        AUDIT = "audit", "审计、巡察要求提供"
        HANDOVER = "handover", "区划调整移交档案"
        FUND = "fund", "核拨资助资金"
        DOCUMENT = "document", "上级文件要求报送（写明文号）"

    class State(models.TextChoices):
        WAITING = "waiting", "待他人同意"
        WRITING = "writing", "正在生成"
        READY = "ready", "可以下载"
        REFUSED = "refused", "不同意"
        FAILED = "failed", "没有生成"
        EXPIRED = "expired", "已过期删除"

    kind = models.CharField("内容", max_length=20)
    #: What of that kind, where a kind has several: its writer reads it.
    subject = models.CharField("内容说明", max_length=80, blank=True)
    region_code = models.CharField("区划代码", max_length=12, db_index=True)
    region_name = models.CharField("范围", max_length=60)
    purpose = models.CharField("用途", max_length=12, choices=Purpose)
    note = models.CharField("说明", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数")
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="同意人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("办理时间", null=True)
    reason = models.CharField("不同意的原因", max_length=200, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, verbose_name="任务", null=True, related_name="+")
    attachment = models.ForeignKey(Attachment, models.SET_NULL, verbose_name="文件", null=True, related_name="+")
    ready_at = models.DateTimeField("生成时间", null=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "完整号码导出"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("requested_by")), name="bulk_export_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return f"E{self.pk} {self.region_name}"
