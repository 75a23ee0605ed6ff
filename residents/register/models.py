from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people import names
from residents.people.models import Resident


class RegisterBatch(models.Model):
    """居民登记册批次: one file with the residents of a county, from reading to confirmation."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        REFUSED = "refused", "不能读取"
        CHECKED = "checked", "待确认"
        CONFIRMING = "confirming", "写入中"
        CONFIRMED = "confirmed", "已写入"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    rows = models.PositiveIntegerField("总行数", default=0)
    new = models.PositiveIntegerField("新登记", default=0)
    changed = models.PositiveIntegerField("有变更", default=0)
    unchanged = models.PositiveIntegerField("不变", default=0)
    bad = models.PositiveIntegerField("有问题", default=0)
    written = models.PositiveIntegerField("已写入", default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "居民登记册批次"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"登记册第{self.pk}批"


class RegisterRow(models.Model):
    """A checked row that waits for confirmation: somebody new, or somebody whose record would change.

    It is gone once it has been written, so that a broken confirmation goes on where it stopped. On PostgreSQL the table
    is unlogged: what waited when the server itself broke down is lost, noticed, and read from the file again.
    """

    # Half a million rows that live for an hour: the database need not look up their batch for each of them.
    batch = models.ForeignKey(
        RegisterBatch,
        models.CASCADE,
        verbose_name="批次",
        related_name="staged",
        db_constraint=False,
        db_index=False,
    )
    sheet = models.CharField("工作表", max_length=60, blank=True, db_default="")
    number = models.PositiveIntegerField("行号")
    is_new = models.BooleanField("新登记")
    village_code = models.CharField("村代码", max_length=12)
    household = models.CharField("户编号", max_length=30, blank=True)
    head_name = models.CharField("户主", max_length=60, blank=True)
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    document_type = models.CharField("证件类型", max_length=20)
    id_number = models.CharField("证件号码", max_length=30)
    birth_date = models.DateField("出生日期")
    sex = models.CharField("性别", max_length=1, choices=Resident.Sex)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    address = models.CharField("住址", max_length=120, blank=True)
    years = models.CharField("参保年度", max_length=300, blank=True)
    before = models.JSONField("原登记", null=True)

    scope_field = "batch__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记册待写入行"
        ordering = ["id"]
        # Chunk after chunk is taken from the front: each reads its own rows and not all that wait.
        indexes = [models.Index(fields=["batch", "id"], name="register_row_batch")]

    def __str__(self) -> str:
        return f"第{self.number}行 {self.name}"


class RegisterProblem(models.Model):
    """A row of a register file that is not taken, and why."""

    batch = models.ForeignKey(RegisterBatch, models.CASCADE, verbose_name="批次", related_name="problems")
    sheet = models.CharField("工作表", max_length=60, blank=True, db_default="")
    number = models.PositiveIntegerField("行号")
    name = models.CharField("姓名", max_length=60, blank=True)
    column = models.CharField("栏目", max_length=20)
    code = models.CharField("问题代码", max_length=30)
    found = models.CharField("表中内容", max_length=60, blank=True)
    message = models.CharField("说明", max_length=200)

    scope_field = "batch__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记册问题行"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"第{self.number}行 {self.message}"
