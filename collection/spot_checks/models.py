"""回访抽查: people drawn from a village, called, and what they said beside the books."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class SpotCheck(models.Model):
    """回访抽查: one draw in a village. The seed and the people drawn from are kept, so that it can be drawn again."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="spot_checks")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    key = models.UUIDField("提交编号", unique=True)
    seed = models.CharField("随机种子", max_length=32)
    confidence = models.PositiveSmallIntegerField("把握程度（%）")
    share = models.PositiveSmallIntegerField("可发现的不符比例（%）")
    paid_from = models.JSONField("已缴名单", default=list)
    unpaid_from = models.JSONField("未缴名单", default=list)
    drawn_by = models.ForeignKey(USER, models.PROTECT, verbose_name="抽取人", related_name="+")
    drawn_at = models.DateTimeField("抽取时间")

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回访抽查"
        ordering = ["-id"]
        indexes = [models.Index(fields=["campaign", "village"], name="spot_check_village")]

    def __str__(self) -> str:
        return f"{self.village} 回访抽查 {self.pk}"


class SpotCheckPerson(models.Model):
    """抽中人员: what the books said when the person was drawn, and what the person said when called."""

    class Reached(models.TextChoices):
        WAITING = "waiting", "待回访"
        REACHED = "reached", "已回访"
        NOBODY = "nobody", "联系不上"

    class Booked(models.TextChoices):
        """The side a person was drawn from."""

        PAID = "paid", "账上已缴"
        UNPAID = "unpaid", "账上未缴"

    check_of = models.ForeignKey(SpotCheck, models.PROTECT, verbose_name="回访抽查", related_name="people")
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="+")
    side = models.CharField("抽取时", max_length=6, choices=Booked)
    booked_amount = models.DecimalField("账上金额", max_digits=10, decimal_places=2, null=True)
    booked_on = models.DateField("账上日期", null=True)
    booked_channel = models.CharField("账上渠道", max_length=10, blank=True)
    reached = models.CharField("回访", max_length=8, choices=Reached, default=Reached.WAITING)
    said_paid = models.BooleanField("本人说已交", null=True)
    said_amount = models.DecimalField("本人说的金额", max_digits=10, decimal_places=2, null=True)
    said_on = models.DateField("本人说的日期", null=True)
    said_receipt = models.BooleanField("本人说有收据", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    called_by = models.ForeignKey(USER, models.PROTECT, verbose_name="回访人", null=True, related_name="+")
    called_at = models.DateTimeField("回访时间", null=True)

    scope_field = "check_of__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽中人员"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.resident}（{self.get_side_display()}）"


class SpotCheckCase(models.Model):
    """回访差异: what differs from the books. One person finds out what happened, another closes it."""

    class State(models.TextChoices):
        OPEN = "open", "待核查"
        EXPLAINED = "explained", "待复核"
        CLOSED = "closed", "已办结"
        WITHDRAWN = "withdrawn", "回访已更正"

    person = models.ForeignKey(SpotCheckPerson, models.PROTECT, verbose_name="抽中人员", related_name="cases")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    differences = models.JSONField("差异", default=list)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("发现时间")
    finding = models.CharField("核查情况", max_length=300, blank=True)
    explained_by = models.ForeignKey(USER, models.PROTECT, verbose_name="核查人", null=True, related_name="+")
    explained_at = models.DateTimeField("核查时间", null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, verbose_name="复核人", null=True, related_name="+")
    closed_at = models.DateTimeField("办结时间", null=True)
    note = models.CharField("复核意见", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回访差异"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["open", "explained"]), name="one_open_case_a_person"
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("explained_by")), name="spot_case_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_state_display()}"
