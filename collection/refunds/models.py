from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class RefundTransfer(models.Model):
    """付款批次: refunds handed to the bank in one file; a refund stands in one file at a time."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="refund_transfers")
    number = models.PositiveIntegerField("批次")
    count = models.PositiveIntegerField("笔数")
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    made_by = models.ForeignKey(USER, models.PROTECT, verbose_name="制表人", related_name="+")
    made_at = models.DateTimeField("制表时间")

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "付款批次"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_transfer_a_number")]

    def __str__(self) -> str:
        return f"{self.campaign}第 {self.number} 批退费付款"


class Refund(models.Model):
    """退费: asked for with evidence, first reviewed by tax, then by the bureau; paid once, never more than was paid.

    `self_payment` is set where that payment itself is given back (paid twice, or not to be paid at all); otherwise the
    money is the contribution's. `reason` is the policy's code, `reason_name` its words on that day. `happened_on`: the
    day of the death, the enlistment, the other insurance; the resident's status follows from it.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "待税务初审"
        FIRST_PASSED = "first_passed", "待医保复核"
        PAID = "paid", "已退费"
        REJECTED = "rejected", "未通过"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="refunds", db_index=False
    )
    contribution = models.ForeignKey(
        "Contribution", models.PROTECT, verbose_name="缴费记录", null=True, related_name="refunds"
    )
    self_payment = models.ForeignKey(
        "SelfPayment",
        models.PROTECT,
        verbose_name="自主缴费",
        null=True,
        blank=True,
        related_name="refunds",
        db_index=False,
    )
    resident = models.ForeignKey("residents.Resident", models.PROTECT, verbose_name="居民", related_name="refunds")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    reason = models.CharField("原因代码", max_length=30)
    reason_name = models.CharField("退费原因", max_length=30)
    happened_on = models.DateField("发生日期", null=True)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    ends_enrolment = models.BooleanField("终止参保", default=True)
    evidence = models.ManyToManyField("core.Attachment", verbose_name="证明材料", blank=True, related_name="+")
    payee = models.CharField("收款人", max_length=60, blank=True)
    payee_account = models.CharField("收款账号", max_length=40, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="申请登记人", null=True, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField("申请时间")
    first_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="初审人", null=True, related_name="+", db_index=False
    )
    first_at = models.DateTimeField("初审时间", null=True)
    second_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="复核人", null=True, related_name="+", db_index=False
    )
    second_at = models.DateTimeField("复核时间", null=True)
    reject_reason = models.CharField("未通过原因", max_length=200, blank=True)
    transfer = models.ForeignKey(
        "RefundTransfer",
        models.PROTECT,
        verbose_name="付款批次",
        null=True,
        blank=True,
        related_name="refunds",
        db_index=False,
    )
    transferred_on = models.DateField("到账日期", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("银行退回次数", default=0)
    returned_reason = models.CharField("银行退回原因", max_length=120, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "退费"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")), name="refund_two_people"
            ),
            models.CheckConstraint(
                condition=Q(contribution__isnull=False) | Q(self_payment__isnull=False), name="refund_of_something"
            ),
            models.UniqueConstraint(
                fields=["contribution", "ends_enrolment"],
                condition=~Q(state="rejected") & Q(self_payment__isnull=True),
                name="one_refund_a_contribution",
            ),
            models.UniqueConstraint(
                fields=["self_payment"],
                condition=~Q(state="rejected") & Q(self_payment__isnull=False),
                name="one_refund_a_self_payment",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state", "village"], name="refund_state"),
            # Nearly all give back a contribution, and stand in no file of the bank when they are opened.
            models.Index(fields=["self_payment"], condition=Q(self_payment__isnull=False), name="refund_self_payment"),
            models.Index(fields=["transfer"], condition=Q(transfer__isnull=False), name="refund_transfer"),
        ]

    def __str__(self) -> str:
        return f"退费单 {self.pk}"
