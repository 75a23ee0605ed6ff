from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people import names
from subsidies.campaigns.models import Campaign


class LedgerBatch(models.Model):
    """台账: one uploaded file of a village, from reading to confirmation; or what a helper took at doors on a day.

    A batch of doors has no file but a day, and is booked receipt by receipt as they come in (collection/door).
    """

    class State(models.TextChoices):
        READING = "reading", "读取中"
        REFUSED = "refused", "不能读取"
        CHECKED = "checked", "待确认"
        CONFIRMING = "confirming", "确认中"
        CONFIRMED = "confirmed", "已确认"
        WITHDRAWN = "withdrawn", "已撤回"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="ledgers")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", null=True, related_name="+")
    taken_on = models.DateField("入户收款日期", null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.READING)
    sheet = models.CharField("工作表", max_length=60, blank=True)
    header_row = models.PositiveIntegerField("表头行", null=True)
    columns = models.JSONField("列", default=dict)
    warnings = models.JSONField("整表提醒", default=list)
    unpaid = models.PositiveIntegerField("没有填缴费的人数", default=0)
    file_error = models.JSONField("文件问题", null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="撤回人", null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "台账"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "village", "uploaded_by", "taken_on"],
                condition=Q(taken_on__isnull=False) & ~Q(state="withdrawn"),
                name="one_door_batch_a_helper_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.village} 台账 {self.pk}"

    @property
    def title(self) -> str:
        """What was sent in: the file's name, or the day at the doors."""
        if self.taken_on:
            return f"{self.taken_on:%m月%d日}入户收款"
        return self.attachment.name if self.attachment else ""


class LedgerRow(models.Model):
    """One row of a ledger: what was written, what was understood, what is wrong.

    `raw` is what the row says now; `original` what the file said, where somebody mended the row in the browser.
    """

    class State(models.TextChoices):
        GOOD = "good", "可以确认"
        BAD = "bad", "有问题"
        CONFIRMED = "confirmed", "已记账"
        RECORDED = "recorded", "以前已记账"
        WITHDRAWN = "withdrawn", "已撤回"
        MENDED = "mended", "已在别处改好"
        RETURNED = "returned", "已退还本人"

    batch = models.ForeignKey(LedgerBatch, models.CASCADE, verbose_name="台账", related_name="rows", db_index=False)
    number = models.PositiveIntegerField("行号")
    raw = models.JSONField("原文", default=dict)
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION, blank=True)
    id_number = models.CharField("证件号码", max_length=30, blank=True)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2, null=True)
    paid_on = models.DateField("缴费日期", null=True)
    receipt_no = models.CharField("收据号", max_length=30, blank=True)
    category = models.CharField("类别", max_length=40, blank=True)
    household = models.CharField("户", max_length=30, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    state = models.CharField("状态", max_length=10, choices=State)
    problems = models.JSONField("问题", default=list)
    warnings = models.JSONField("提醒", default=list)
    decisions = models.JSONField("人工判断", default=list)
    original = models.JSONField("改前原文", null=True)
    #: Why the row waits for a person although its cells may be right: {code, column, message}.
    held = models.JSONField("等人核实", null=True)
    entry = models.ForeignKey(
        "DoorEntry", models.PROTECT, verbose_name="入户收款", null=True, blank=True, related_name="rows", db_index=False
    )

    scope_field = "batch__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "台账行"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_a_number")]
        indexes = [
            models.Index(fields=["batch", "state", "number"], name="ledger_row_state"),
            models.Index(fields=["entry"], condition=models.Q(entry__isnull=False), name="ledger_row_entry"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
