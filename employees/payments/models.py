from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from employees.members.models import Member
from employees.units.models import Unit


class PaidFile(models.Model):
    """职工医保已缴清单: the tax bureau's list of what units and flexible workers have paid."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READ = "read", "已读取"
        REFUSED = "refused", "不能读取"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=8, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    notes = models.JSONField("提示", default=list)
    booked = models.PositiveIntegerField("新增", default=0)
    known = models.PositiveIntegerField("以前清单已有", default=0)
    bad_rows = models.JSONField("未匹配的行", default=list)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+")
    uploaded_at = models.DateTimeField("导入时间")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职工医保已缴清单"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["county", "sha256"], name="one_paid_file_a_digest")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class EmployeePayment(models.Model):
    """职工医保缴费: what a unit or a flexible worker paid for a month. Append-only; a mistake is a negative entry."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", null=True, related_name="payments")
    member = models.ForeignKey(Member, models.PROTECT, verbose_name="灵活就业人员", null=True, related_name="payments")
    month = models.DateField("费款所属期")
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    paid_on = models.DateField("缴费日期")
    channel = models.CharField("渠道", max_length=40, blank=True)
    ticket = models.CharField("税票号", max_length=60, blank=True)
    identity = models.CharField("缴费人、所属期、金额、日期", max_length=100)
    occurrence = models.PositiveSmallIntegerField("同样的第几笔", default=1)
    paid_file = models.ForeignKey(PaidFile, models.PROTECT, verbose_name="清单", null=True, related_name="payments")
    reverses = models.OneToOneField("self", models.PROTECT, verbose_name="冲销", null=True, related_name="reversed_by")
    reason = models.CharField("冲销原因", max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职工医保缴费"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "identity", "occurrence"], name="one_employee_payment_an_occurrence"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, member__isnull=True) | Q(unit__isnull=True, member__isnull=False),
                name="employee_payment_has_one_payer",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True) | Q(amount__lt=0, reverses__isnull=False),
                name="employee_payment_is_reversed_below_zero",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "month"], name="employee_payment_unit"),
            models.Index(fields=["member", "month"], name="employee_payment_member"),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.member} {self.month:%Y年%-m月} {self.amount}"
