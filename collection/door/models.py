import uuid

from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.amounts import yuan
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class Phone(models.Model):
    """手机: a helper's phone that may keep the village's list and send in what was collected, until it is cut off.

    It proves itself by a secret of its own, of which only the hash is here; the secret opens no page.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="协办员", related_name="phones")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    label = models.CharField("手机", max_length=60, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    registered_at = models.DateTimeField("登记时间")
    seen_at = models.DateTimeField("最近联系")
    cut_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="停用人", null=True, related_name="+"
    )
    cut_off_at = models.DateTimeField("停用时间", null=True)
    cut_off_reason = models.CharField("停用原因", max_length=120, blank=True)
    #: When it was told, after that, to forget everything, and answered.
    wiped_at = models.DateTimeField("清除时间", null=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收款手机"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.label}"


class DoorEntry(models.Model):
    """入户收款: one household's receipt as it was taken at the door; its id was made on the phone, so it counts once.

    `told` is what the phone sent, whole. What became of each member stands in the ledger rows that point here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="door_entries")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    batch = models.ForeignKey("LedgerBatch", models.PROTECT, verbose_name="台账", related_name="entries")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="收款人", related_name="+")
    phone = models.ForeignKey(Phone, models.PROTECT, verbose_name="手机", null=True, related_name="entries")
    household = models.CharField("户", max_length=30, blank=True)
    receipt_no = models.CharField("收据号", max_length=30, blank=True)
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    taken_on = models.DateField("收款日期")
    told = models.JSONField("手机所报", default=dict)
    received_at = models.DateTimeField("收到时间")

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入户收款"
        ordering = ["received_at", "id"]

    def __str__(self) -> str:
        return f"{self.receipt_no} {yuan(self.amount)}"


class CashReturn(models.Model):
    """退还: cash of a door that could not be booked was given back to who paid it."""

    row = models.OneToOneField("LedgerRow", models.PROTECT, verbose_name="台账行", related_name="cash_return")
    returned_on = models.DateField("退还日期")
    note = models.CharField("退款对象和核实情况", max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "row__batch__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入户收款退还"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.row_id} {self.returned_on}"


class Handover(models.Model):
    """交接: one helper's list, cash and receipts pass to another; it holds once both have confirmed the same facts.

    `facts` is what was handed over, as both saw it: cash in hand, blank receipt numbers, who has not paid.
    """

    class State(models.TextChoices):
        OPEN = "open", "等双方确认"
        DONE = "done", "已交接"
        WITHDRAWN = "withdrawn", "已取消"

    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="+")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="移交人", related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="接收人", related_name="+")
    facts = models.JSONField("移交内容", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+")
    started_at = models.DateTimeField("发起时间")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="移交确认", null=True, related_name="+"
    )
    given_at = models.DateTimeField("移交确认时间", null=True)
    absent_reason = models.CharField("移交人不能到场的原因", max_length=200, blank=True)
    taken_at = models.DateTimeField("接收确认时间", null=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "协办员交接"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["village"], condition=models.Q(state="open"), name="one_open_handover_a_village"
            ),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="handover_takes_two"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.giver} → {self.taker}"
