from django.conf import settings
from django.db import models
from django.db.models import Q

from collection.declarations.models import TaxFile
from core.access.scope import ScopedQuerySet
from core.amounts import yuan
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class AccidentOffer(models.Model):
    """意外伤害补充保险: what the insurer offers a county's people for a year. Voluntary, and no part of the campaign:
    its money never enters the four places, and nobody is insured or not insured by it."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, verbose_name="年度", related_name="accident_offer")
    insurer = models.CharField("承保公司", max_length=60)
    premium = models.DecimalField("保费", max_digits=8, decimal_places=2)
    document = models.CharField("依据", max_length=120)
    set_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    set_at = models.DateTimeField("登记时间")

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补充保险"
        constraints = [models.CheckConstraint(condition=Q(premium__gt=0), name="accident_premium_positive")]

    def __str__(self) -> str:
        return f"{self.insurer}，每人 {yuan(self.premium)}"


class AccidentList(TaxFile):
    """补充保险名单: a list of people who have chosen the cover, as the insurer or the township keeps it."""

    KIND = "accident"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="年度", related_name="accident_lists")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+")
    taken = models.PositiveIntegerField("新增", default=0)
    known = models.PositiveIntegerField("以前已有", default=0)
    bad_rows = models.JSONField("没有记的行", default=list)

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta(TaxFile.Meta):
        verbose_name = verbose_name_plural = "补充保险名单"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "region", "sha256"], name="one_accident_list_a_file")
        ]

    def __str__(self) -> str:
        return f"{self.pk} 号补充保险名单"


class AccidentCover(models.Model):
    """补充保险参保: one person's premium on the insurer's own receipt. Ended with a reason, never deleted."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="年度", related_name="accident_covers")
    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, verbose_name="居民", related_name="accident_covers"
    )
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    premium = models.DecimalField("保费", max_digits=8, decimal_places=2)
    paid_on = models.DateField("交费日期")
    receipt_no = models.CharField("保险公司收据号", max_length=30)
    accident_list = models.ForeignKey(
        AccidentList, models.PROTECT, verbose_name="名单", null=True, related_name="covers"
    )
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("退保时间", null=True)
    ended_reason = models.CharField("退保原因", max_length=120, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补充保险参保"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "resident"], condition=Q(ended_at__isnull=True), name="one_accident_cover_a_person"
            ),
            models.UniqueConstraint(fields=["campaign", "receipt_no"], name="one_accident_receipt_a_person"),
            models.CheckConstraint(condition=Q(premium__gt=0), name="accident_cover_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.resident} {yuan(self.premium)}（{self.receipt_no}）"


class AccidentHandover(models.Model):
    """补充保险交款: premiums handed to the insurer, on its slip."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="年度", related_name="accident_handovers")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    on = models.DateField("交款日期")
    slip_no = models.CharField("保险公司回单号", max_length=40)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补充保险交款"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "slip_no"], name="one_accident_handover_a_slip"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="accident_handover_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.on} {yuan(self.amount)}"
