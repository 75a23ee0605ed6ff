from django.conf import settings
from django.db import models

from collection.declarations.models import TaxFile
from collection.self_payments import ways as told
from core.access.scope import ScopedQuerySet
from core.amounts import yuan
from residents.people import names
from subsidies.campaigns.models import Campaign


class PaidList(TaxFile):
    """已缴清单: a list of self-payments handed over by the tax bureau."""

    KIND = "paid_list"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="paid_lists")
    taken = models.PositiveIntegerField("新增", default=0)
    known = models.PositiveIntegerField("以前清单已有", default=0)
    bad_count = models.PositiveIntegerField("填写有误", default=0)
    bad_rows = models.JSONField("填写有误的行", default=list)

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta(TaxFile.Meta):
        verbose_name = verbose_name_plural = "已缴清单"
        constraints = [models.UniqueConstraint(fields=["campaign", "sha256"], name="one_paid_list_a_file")]

    def __str__(self) -> str:
        return f"{self.pk} 号已缴清单"


class SelfPayment(models.Model):
    """自主缴费: a row of the tax bureau's paid list, matched to a resident or kept until it is.

    `number` names the payment: by ticket and person, or, where no list had a ticket, by person, day, amount and
    occurrence (matching.py). `undone_*`: a later list says that it was refunded or cancelled; until somebody has
    settled that, nothing more is paid out on it.
    """

    class Outcome(models.TextChoices):
        MATCHED = "matched", "已匹配"
        DUPLICATE = "duplicate", "重复缴费"
        FREE = "free", "不应缴费"
        UNKNOWN = "unknown", "查无此人"
        NAME_DIFFERS = "name_differs", "姓名不符"
        INELIGIBLE = "ineligible", "不应参保"
        AMOUNT_DIFFERS = "amount_differs", "金额不符"
        UNCLEAR = "unclear", "待核实"
        SET_ASIDE = "set_aside", "另案处理"
        UNDONE = "undone", "税务已撤销"

    class Way(models.TextChoices):
        ONLINE = told.PaymentWay.ONLINE.value, "手机、网上"
        BANK = told.PaymentWay.BANK.value, "银行柜台"
        HALL = told.PaymentWay.HALL.value, "办税厅、政务窗口"
        TERMINAL = told.PaymentWay.TERMINAL.value, "自助终端"
        FAMILY = told.PaymentWay.FAMILY.value, "家庭共济"
        COLLECTIVE = told.PaymentWay.COLLECTIVE.value, "集体、捐资代缴"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="self_payments", db_index=False
    )
    paid_list = models.ForeignKey(PaidList, models.PROTECT, verbose_name="清单", related_name="rows")
    number = models.CharField("税票号", max_length=90)
    row = models.PositiveIntegerField("行号")
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    id_number = models.CharField("证件号码", max_length=30)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    paid_on = models.DateField("缴费日期")
    way = models.CharField("缴费渠道", max_length=10, choices=Way, blank=True, default="", db_default="")
    payer = models.CharField("共济账户人", max_length=60, blank=True, default="", db_default="")
    region_code = models.CharField("区划代码", max_length=12)
    resident = models.ForeignKey("residents.Resident", models.PROTECT, null=True, related_name="self_payments")
    outcome = models.CharField("结果", max_length=14, choices=Outcome)
    message = models.CharField("说明", max_length=200, blank=True)
    contribution = models.ForeignKey("Contribution", models.PROTECT, null=True, related_name="self_payments")
    undone_list = models.ForeignKey(
        PaidList,
        models.PROTECT,
        verbose_name="撤销清单",
        null=True,
        blank=True,
        related_name="undone_rows",
        db_index=False,
    )
    undone_as = models.CharField("清单上的状态", max_length=40, blank=True)
    undone_settled_at = models.DateTimeField("撤销核实时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="核实人", null=True, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField("核实时间", null=True)
    settled_note = models.CharField("核实说明", max_length=200, blank=True)

    scope_field = "region_code"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自主缴费"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_self_payment_a_number")]
        indexes = [
            models.Index(fields=["campaign", "outcome", "region_code"], name="self_payment_outcome"),
            models.Index(fields=["campaign", "id_number"], name="self_payment_person"),
            models.Index(
                fields=["campaign"],
                condition=models.Q(undone_list__isnull=False, undone_settled_at__isnull=True),
                name="self_payment_undone",
            ),
            models.Index(
                fields=["undone_list"], condition=models.Q(undone_list__isnull=False), name="self_payment_undone_by"
            ),
            models.Index(
                fields=["settled_by"], condition=models.Q(settled_by__isnull=False), name="self_payment_settled_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.paid_on} {yuan(self.amount)}"

    @property
    def is_undone(self) -> bool:
        return self.outcome == self.Outcome.UNDONE
