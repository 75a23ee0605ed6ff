from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact

from core.access.scope import ScopedQuerySet
from core.database.money import cents
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.policy.models import PolicyVersion


class Contribution(models.Model):
    """缴费记录: one resident's payment (or free enrolment) for a year, with the quote it was made with.

    Instants are business time and are written once: what counted at any past moment can be counted again
    (`recorded_at`, `posted_at`, `ended_at`). Never edited after it is declared: it is reversed and made anew.
    """

    class Channel(models.TextChoices):
        CASH = "cash", "现金代收"
        SELF = "self", "自主缴费"
        COLLECTIVE = "collective", "集体资助"
        FAMILY = "family", "家庭共济"
        SCHOOL = "school", "学校代收"
        FREE = "free", "全额资助"

    class State(models.TextChoices):
        COLLECTED = "collected", "已收未申报"
        DECLARED = "declared", "已申报"
        FAILED = "failed", "导入失败"
        CONFIRMED = "confirmed", "税务已确认"
        POSTED = "posted", "已入库"
        REVERSED = "reversed", "已冲销"
        REFUNDED = "refunded", "已退费"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="contributions", db_index=False
    )
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="contributions")
    year = models.PositiveSmallIntegerField("年度")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+", db_index=False)
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    amount = models.DecimalField("个人缴费", max_digits=10, decimal_places=2)
    standard = models.DecimalField("标准", max_digits=10, decimal_places=2)
    subsidy = models.DecimalField("资助", max_digits=10, decimal_places=2)
    #: What of `amount` came with a gift's own transfer to the township account (collection/gifts).
    from_gift = models.DecimalField("其中集体资助", max_digits=10, decimal_places=2, default=0, db_default=0)
    category = models.CharField("资助类别", max_length=40)
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, verbose_name="政策版本", related_name="+", db_index=False
    )
    clause = models.CharField("依据", max_length=120)
    benefit_from = models.DateField("待遇起", null=True)
    benefit_to = models.DateField("待遇止", null=True)
    waiting_months = models.PositiveSmallIntegerField("等待期（月）", default=0)
    paid_on = models.DateField("缴费日期")
    receipt = models.ForeignKey(
        "Receipt",
        models.PROTECT,
        verbose_name="收据",
        null=True,
        blank=True,
        related_name="contributions",
        db_index=False,
    )
    ledger_row = models.ForeignKey(
        "LedgerRow",
        models.PROTECT,
        verbose_name="台账行",
        null=True,
        blank=True,
        related_name="contributions",
        db_index=False,
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.COLLECTED)
    declaration = models.ForeignKey(
        "Declaration",
        models.PROTECT,
        verbose_name="申报表",
        null=True,
        blank=True,
        related_name="contributions",
        db_index=False,
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="记录人", null=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField("记录时间")
    posted_at = models.DateTimeField("入库时间", null=True, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=120, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缴费记录"
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "year"], condition=Q(ended_at__isnull=True), name="one_live_contribution_a_year"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, subsidy__gte=0)
                & Q(Exact(cents("standard"), cents("amount") + cents("subsidy"))),
                name="contribution_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(from_gift__gte=0, from_gift__lte=models.F("amount")), name="gift_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True) | Q(posted_at__gte=models.F("recorded_at")),
                name="posted_after_recorded",
            ),
        ]
        indexes = [
            # Long enough that a count of who stood where at an instant reads the index alone (reporting).
            models.Index(
                fields=["campaign", "village", "state", "channel", "recorded_at", "posted_at", "ended_at"],
                name="contribution_state",
            ),
            models.Index(
                fields=["campaign", "village"], condition=Q(ended_at__isnull=False), name="contribution_ended"
            ),
            models.Index(fields=["campaign", "category", "village"], name="contribution_category"),
            # What was paid otherwise has no receipt and no row of a ledger; what is collected is not declared yet.
            models.Index(fields=["receipt"], condition=Q(receipt__isnull=False), name="contribution_receipt"),
            models.Index(fields=["ledger_row"], condition=Q(ledger_row__isnull=False), name="contribution_ledger_row"),
            models.Index(
                fields=["declaration"], condition=Q(declaration__isnull=False), name="contribution_declaration"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident}缴费 {self.amount:,.2f} 元"

    @property
    def refundable(self) -> Decimal:
        """What is given back: the person's own part, or, where a gift has paid all, the gift, to its donor."""
        return self.amount - self.from_gift or self.amount


class ContributionFund(models.Model):
    """Who pays the subsidised part of a contribution."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="funds", db_index=False)
    source = models.CharField("资金来源", max_length=30)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)

    scope_field = "contribution__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资助资金"
        constraints = [models.UniqueConstraint(fields=["contribution", "source"], name="one_fund_a_source")]
