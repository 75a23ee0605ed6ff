from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact

from core.access.scope import ScopedQuerySet
from core.database.money import cents
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class Place(models.TextChoices):
    """The four places where money stands; outside them it has not come in yet or has gone back."""

    OUTSIDE = "outside", "缴费人"
    VILLAGE = "village", "村级手中"
    TOWNSHIP = "township", "乡镇账户"
    CLEARING = "clearing", "待报解专户"
    TREASURY = "treasury", "国库"


class Movement(models.Model):
    """资金流水: append-only. `key` names the fact it books, so that a repeated task books it once."""

    class Kind(models.TextChoices):
        COLLECT = "collect", "收款"
        SELF_PAY = "self_pay", "自主缴费入库"
        DEPOSIT = "deposit", "缴存"
        REMIT = "remit", "汇缴"
        POST = "post", "入库"
        REFUND = "refund", "退费"
        REVERSAL = "reversal", "冲销"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="movements", db_index=False
    )
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    from_place = models.CharField("从", max_length=10, choices=Place)
    to_place = models.CharField("到", max_length=10, choices=Place)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    on = models.DateField("业务日期")
    at = models.DateTimeField("业务时间")
    contribution = models.ForeignKey("Contribution", models.PROTECT, null=True, related_name="movements")
    deposit = models.ForeignKey("Deposit", models.PROTECT, null=True, related_name="movements", db_index=False)
    declaration = models.ForeignKey("Declaration", models.PROTECT, null=True, related_name="movements", db_index=False)
    refund = models.ForeignKey("Refund", models.PROTECT, null=True, related_name="movements", db_index=False)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    reason = models.CharField("原因", max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", null=True, related_name="+", db_index=False
    )
    key = models.CharField("事实键", max_length=80, unique=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资金流水"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="movement_positive"),
            models.CheckConstraint(condition=~Q(from_place=F("to_place")), name="movement_moves"),
            models.CheckConstraint(
                condition=~Q(kind="reversal") | (Q(reverses__isnull=False) & ~Q(reason="")), name="reversal_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "village", "on"], name="movement_day"),
            models.Index(fields=["campaign", "on"], name="movement_since"),
            # Nearly all movements name none of these.
            models.Index(fields=["deposit"], condition=Q(deposit__isnull=False), name="movement_deposit"),
            models.Index(fields=["declaration"], condition=Q(declaration__isnull=False), name="movement_declaration"),
            models.Index(fields=["refund"], condition=Q(refund__isnull=False), name="movement_refund"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:,.2f} 元 {self.on}"


class VillageAccount(models.Model):
    """Where a village's money stands now: the running sums of its movements, kept in the same transaction.

    The database refuses a row that does not add up or a place below zero; only a village's hands may be (a deposit
    ahead of its ledger), which the pages show as a discrepancy. It is also the row that money services lock.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="accounts")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    collected = models.DecimalField("已收", max_digits=14, decimal_places=2, default=0)
    in_hand = models.DecimalField("村级手中", max_digits=14, decimal_places=2, default=0)
    township = models.DecimalField("乡镇账户", max_digits=14, decimal_places=2, default=0)
    clearing = models.DecimalField("待报解专户", max_digits=14, decimal_places=2, default=0)
    treasury = models.DecimalField("国库", max_digits=14, decimal_places=2, default=0)
    refunded = models.DecimalField("已退", max_digits=14, decimal_places=2, default=0)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "村级资金"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "village"], name="one_account_a_village"),
            models.CheckConstraint(
                condition=Exact(
                    cents("collected"),
                    cents("in_hand") + cents("township") + cents("clearing") + cents("treasury") + cents("refunded"),
                ),
                name="account_conserves",
            ),
            models.CheckConstraint(
                condition=Q(township__gte=0, clearing__gte=0, treasury__gte=0, refunded__gte=0, collected__gte=0),
                name="account_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village}资金"
