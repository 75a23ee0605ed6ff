from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign, PolicyProposal


class ReceiptBook(models.Model):
    """收据本: a range of numbers in somebody's hands; issued county → township → village.

    Its unused end may have been handed back the same way: from `returned_from` on, the numbers are no longer theirs.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="receipt_books")
    prefix = models.CharField("字头", max_length=12, blank=True)
    first = models.PositiveBigIntegerField("起号")
    last = models.PositiveBigIntegerField("止号")
    width = models.PositiveSmallIntegerField("号码位数")
    holder = models.ForeignKey(Region, models.PROTECT, verbose_name="领用单位", related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, verbose_name="来自", null=True, blank=True, related_name="parts")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发放人", null=True, related_name="+"
    )
    issued_at = models.DateTimeField("发放时间")
    returned_from = models.PositiveBigIntegerField("交回起号", null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="收回人", null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField("交回时间", null=True, blank=True)

    carried_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name="结转自", null=True, blank=True, related_name="carried_to"
    )

    scope_field = "holder_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收据本"
        ordering = ["prefix", "first"]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="book_has_numbers"),
            models.UniqueConstraint(
                fields=["campaign", "prefix", "first", "holder"],
                condition=Q(returned_from__isnull=True) | Q(returned_from__gt=F("first")),
                name="one_book_a_start",
            ),
            models.CheckConstraint(
                condition=Q(returned_from__isnull=True)
                | Q(returned_from__gte=F("first"), returned_from__lte=F("last")),
                name="book_returned_within",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The range as it was issued: NX0101—NX0120."""
        return self.format_serials(self.first, self.last)

    @property
    def end(self) -> int:
        """The last number that is still the holder's; `first` - 1 if all were handed back."""
        return self.last if self.returned_from is None else self.returned_from - 1

    @property
    def returned(self) -> int:
        """How many numbers were handed back."""
        return self.last - self.end

    @property
    def returned_text(self) -> str:
        return self.format_serials(self.end + 1, self.last) if self.returned else ""

    def format_serials(self, *serials: int) -> str:
        return "—".join(f"{self.prefix}{serial:0{self.width}d}" for serial in serials)


class LostReport(models.Model):
    """挂失: numbers that were lost or stolen together, reported once with the paper of the police; all are dead."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="lost_reports")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    first = models.CharField("起号", max_length=30)
    last = models.CharField("止号", max_length=30)
    count = models.PositiveIntegerField("张数")
    report_no = models.CharField("报警回执号", max_length=60)
    lost_on = models.DateField("遗失日期")
    reason = models.CharField("经过", max_length=120)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    reported_at = models.DateTimeField("登记时间")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="撤销人", null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    withdrawn_reason = models.CharField("撤销原因", max_length=120, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收据挂失"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.first}—{self.last}"


class ReceiptQuerySet(ScopedQuerySet):
    def spent(self) -> Self:
        """Numbers that are used, voided or lost: their places in a book are no longer blank."""
        return self.exclude(state=Receipt.State.RELEASED)


class Receipt(models.Model):
    """专用收据: a number used once, or for one household; voided or lost with a reason, never deleted.

    `serial` is the number's digits, which place it in its book.
    """

    class State(models.TextChoices):
        USED = "used", "已使用"
        VOIDED = "voided", "已作废"
        LOST = "lost", "已遗失"
        RELEASED = "released", "已撤回"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="receipts", db_index=False
    )
    number = models.CharField("收据号", max_length=30)
    serial = models.PositiveBigIntegerField("序号", null=True)
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    book = models.ForeignKey(
        ReceiptBook, models.PROTECT, verbose_name="收据本", null=True, related_name="receipts", db_index=False
    )
    household = models.CharField("户", max_length=30, blank=True)
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    used_on = models.DateField("开具日期")
    state = models.CharField("状态", max_length=8, choices=State, default=State.USED)
    void_reason = models.CharField("作废或遗失原因", max_length=120, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经手人", null=True, related_name="+", db_index=False
    )
    voided_at = models.DateTimeField("作废或遗失时间", null=True)
    lost_report = models.ForeignKey(
        LostReport, models.PROTECT, verbose_name="挂失", null=True, blank=True, related_name="receipts", db_index=False
    )

    scope_field = "village_id"
    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收据"
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_receipt_a_number")]
        indexes = [
            models.Index(fields=["campaign", "village", "used_on"], name="receipt_village"),
            models.Index(fields=["book", "serial"], name="receipt_in_book"),
            models.Index(fields=["lost_report"], condition=Q(lost_report__isnull=False), name="receipt_lost"),
        ]

    def __str__(self) -> str:
        return self.number


class LostReceiptCase(models.Model):
    """出示挂失收据: somebody showed a number that is reported lost; who took the money is to be found out."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, verbose_name="收据", related_name="lost_cases")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="出示的村", related_name="+")
    batch = models.ForeignKey("LedgerBatch", models.PROTECT, verbose_name="台账", null=True, related_name="+")
    shown = models.CharField("出示情况", max_length=200)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", null=True, related_name="+"
    )
    opened_at = models.DateTimeField("登记时间")
    result = models.CharField("核查结果", max_length=200, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办结人", null=True, related_name="+"
    )
    closed_at = models.DateTimeField("办结时间", null=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "出示挂失收据"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "village"], condition=Q(closed_at__isnull=True), name="one_open_case_a_lost_receipt"
            )
        ]

    def __str__(self) -> str:
        return f"{self.receipt} {self.village}"


class BookPlan(models.Model):
    """收据处理: whether the blank numbers of a book go into the year that is being prepared, or are called in."""

    class Decision(models.TextChoices):
        CARRY = "carry", "结转"
        CALL_IN = "call_in", "收回"

    proposal = models.ForeignKey(PolicyProposal, models.CASCADE, verbose_name="拟用口径", related_name="book_plans")
    book = models.ForeignKey(ReceiptBook, models.PROTECT, verbose_name="收据本", related_name="plans")
    decision = models.CharField("处理", max_length=8, choices=Decision)

    scope_field = "proposal__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收据处理"
        constraints = [models.UniqueConstraint(fields=["proposal", "book"], name="one_plan_a_book")]
