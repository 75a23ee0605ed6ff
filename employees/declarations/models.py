from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from employees.units.models import Unit
from residents.people import names


class MonthlyDeclaration(models.Model):
    """月度申报: a unit's people and wages of one month, read from its table, checked, and booked as what is owed."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        REFUSED = "refused", "不能读取"
        CHECKED = "checked", "待确认"
        BOOKED = "booked", "已记账"
        WITHDRAWN = "withdrawn", "已撤回"

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="declarations")
    month = models.DateField("费款所属期")
    state = models.CharField("状态", max_length=9, choices=State, default=State.READING)
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField(max_length=64)
    problem = models.CharField("问题", max_length=300, blank=True)
    notes = models.JSONField("提示", default=list)
    people = models.PositiveIntegerField("人数", default=0)
    bad = models.PositiveIntegerField("有误", default=0)
    joined = models.PositiveIntegerField("新增", default=0)
    left = models.PositiveIntegerField("减少", default=0)
    unusual = models.PositiveIntegerField("变动较大", default=0)
    unit_amount = models.DecimalField("单位应缴", max_digits=12, decimal_places=2, default=0)
    person_amount = models.DecimalField("个人应缴", max_digits=12, decimal_places=2, default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    booked_at = models.DateTimeField("记账时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "unit__township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度申报"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month"], condition=Q(state="booked"), name="one_booked_declaration_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="declaration_month_is_a_month"),
        ]
        indexes = [models.Index(fields=["month", "state"], name="declaration_month")]

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y年%-m月}"

    @property
    def amount(self) -> Decimal:
        return self.unit_amount + self.person_amount


class DeclaredLine(models.Model):
    """A person in a unit's declaration: wage, base and what is owed; or somebody who is in it no more (减少)."""

    class Change(models.TextChoices):
        SAME = "same", "无变动"
        JOINED = "joined", "新增"
        LEFT = "left", "减少"
        UNUSUAL = "unusual", "变动较大"
        BAD = "bad", "有误"

    declaration = models.ForeignKey(MonthlyDeclaration, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField("行号", null=True)
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    id_number = models.CharField("证件号码", max_length=30)
    wage = models.DecimalField("申报工资", max_digits=10, decimal_places=2, null=True)
    base = models.DecimalField("缴费基数", max_digits=10, decimal_places=2, null=True)
    unit_amount = models.DecimalField("单位应缴", max_digits=10, decimal_places=2, default=0)
    person_amount = models.DecimalField("个人应缴", max_digits=10, decimal_places=2, default=0)
    change = models.CharField("变动", max_length=8, choices=Change)
    message = models.CharField("说明", max_length=300, blank=True)

    scope_field = "declaration__unit__township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报明细"
        ordering = ["id"]
        indexes = [models.Index(fields=["id_number"], name="declared_number")]

    def __str__(self) -> str:
        return self.name
