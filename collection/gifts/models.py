from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.amounts import yuan
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class Gift(models.Model):
    """集体资助、捐资: what somebody has promised to pay for people of one village, and on which paper.

    A promise moves no money: people are paid for only with what has come in (GiftMoney).
    """

    class Donor(models.TextChoices):
        COLLECTIVE = "collective", "村集体"
        COMPANY = "company", "企业"
        COOPERATIVE = "cooperative", "新型经济组织、合作社"
        OFFICE = "office", "机关事业单位、社会组织"
        PERSON = "person", "个人"

    class Basis(models.TextChoices):
        AGREEMENT = "agreement", "资助协议"
        PROMISE = "promise", "承诺书"
        DECISION = "decision", "村民会议、村民代表会议决议"

    class Covers(models.TextChoices):
        ALL = "all", "全村应缴未缴的居民"
        SOME = "some", "名单内的居民"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="gifts")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    donor = models.CharField("资助人", max_length=60)
    donor_kind = models.CharField("资助人种类", max_length=12, choices=Donor)
    contact = models.CharField("联系人和电话", max_length=60, blank=True)
    basis = models.CharField("依据", max_length=10, choices=Basis)
    document = models.CharField("协议或承诺书名称、日期", max_length=120)
    paper = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="依据文件", null=True, related_name="+")
    promised = models.DecimalField("承诺金额", max_digits=12, decimal_places=2)
    pay_by = models.DateField("承诺到账日")
    covers = models.CharField("资助对象", max_length=5, choices=Covers)
    per_head = models.DecimalField("每人资助", max_digits=10, decimal_places=2, null=True, blank=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    cancelled_by = models.ForeignKey(USER, models.PROTECT, verbose_name="撤销人", null=True, related_name="+")
    cancelled_at = models.DateTimeField("撤销时间", null=True)
    cancelled_reason = models.CharField("撤销原因", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "集体资助"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(promised__gt=0), name="gift_promises_something"),
            models.CheckConstraint(condition=Q(per_head__isnull=True) | Q(per_head__gt=0), name="gift_a_head_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.donor}（{self.document}）"


class GiftMoney(models.Model):
    """资助款往来: a transfer of a gift into the township account, or what is left of it going back to the donor.

    Append-only; collection/money has the movement behind each (`gift:<pk>`).
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived", "到账"
        RETURNED = "returned", "退还资助人"

    gift = models.ForeignKey(Gift, models.PROTECT, verbose_name="资助", related_name="money")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    on = models.DateField("回单日期")
    slip_no = models.CharField("回单号", max_length=40)
    photo = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="回单照片", null=True, related_name="+")
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "gift__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资助款往来"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["gift", "kind", "slip_no"], name="one_gift_money_a_slip"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="gift_money_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {yuan(self.amount)}（{self.slip_no}）"


class GiftShare(models.Model):
    """资助份额: what a gift pays of one person's fee.

    Waiting: the money is kept for this person, who pays the rest to the village. Used: it stands in a contribution; if
    that one was reversed, it is kept for the person again.
    """

    class State(models.TextChoices):
        LISTED = "listed", "在名单内"
        WAITING = "waiting", "待本人缴其余部分"
        USED = "used", "已用于缴费"
        RELEASED = "released", "没有用"
        RETURNED = "returned", "已退资助人"

    gift = models.ForeignKey(Gift, models.PROTECT, verbose_name="资助", related_name="shares")
    resident = models.ForeignKey("residents.Resident", models.PROTECT, verbose_name="居民", related_name="gift_shares")
    amount = models.DecimalField("资助金额", max_digits=10, decimal_places=2, default=0)
    state = models.CharField("状态", max_length=10, choices=State, default=State.LISTED)
    at_hall = models.BooleanField("在办税厅缴纳", default=False)
    contribution = models.ForeignKey(
        "Contribution", models.PROTECT, verbose_name="缴费记录", null=True, related_name="gift_shares"
    )
    note = models.CharField("说明", max_length=120, blank=True)

    scope_field = "gift__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资助份额"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["gift", "resident"], name="one_share_a_person"),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "used", "returned"]) | Q(amount__gt=0), name="share_has_amount"
            ),
            models.CheckConstraint(
                condition=~Q(state="used") | Q(contribution__isnull=False), name="used_share_has_contribution"
            ),
        ]
        indexes = [models.Index(fields=["resident", "state"], name="gift_share_person")]

    def __str__(self) -> str:
        return f"{self.resident} {self.amount}"


class HallPayment(models.Model):
    """办税厅缴纳: a collective's representative has paid whole fees at the tax hall, by name, on one ticket."""

    gift = models.ForeignKey(Gift, models.PROTECT, verbose_name="资助", related_name="hall_payments")
    ticket_no = models.CharField("税票号", max_length=40)
    on = models.DateField("缴纳日期")
    people = models.PositiveIntegerField("人数")
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "gift__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办税厅缴纳"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["gift", "ticket_no"], name="one_hall_payment_a_ticket"),
            models.CheckConstraint(condition=Q(people__gt=0, amount__gt=0), name="hall_payment_positive"),
        ]

    def __str__(self) -> str:
        return f"税票 {self.ticket_no}，{self.people} 人 {yuan(self.amount)}"
