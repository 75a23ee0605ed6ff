from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class PublicNotice(models.Model):
    """公示: a village's masked list of paid people on the wall, for the policy's working days.

    `rows` is the list as it was printed: [[masked name, masked number], …]; it does not follow later changes.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", "待张榜"
        POSTED = "posted", "公示中"
        CLOSED = "closed", "已结束"
        WITHDRAWN = "withdrawn", "已撤下"

    #: A village has one of these at a time.
    ON_THE_WALL = (State.PREPARED, State.POSTED)

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="notices")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    posted_on = models.DateField("张榜日期", null=True)
    ends_on = models.DateField("公示至", null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREPARED)
    rows = models.JSONField("名单", default=list)
    people = models.PositiveIntegerField("人数", default=0)
    photos = models.ManyToManyField("core.Attachment", verbose_name="影像", blank=True, related_name="+")
    prepared_by = models.ForeignKey(USER, models.PROTECT, verbose_name="制表人", related_name="+")
    prepared_at = models.DateTimeField("制表时间")
    posted_by = models.ForeignKey(USER, models.PROTECT, verbose_name="张榜人", null=True, related_name="+")
    closed_by = models.ForeignKey(USER, models.PROTECT, verbose_name="结束人", null=True, related_name="+")
    closed_at = models.DateTimeField("结束时间", null=True)
    withdrawn_reason = models.CharField("撤下原因", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "village"],
                condition=Q(state__in=["prepared", "posted"]),
                name="one_notice_on_the_wall",
            )
        ]

    def __str__(self) -> str:
        return f"{self.village}缴费公示"


class Objection(models.Model):
    """公示异议: what somebody objects to and what was answered."""

    notice = models.ForeignKey(PublicNotice, models.PROTECT, verbose_name="公示", related_name="objections")
    raised_on = models.DateField("提出日期")
    raised_by = models.CharField("提出人", max_length=60)
    text = models.CharField("异议", max_length=500)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, verbose_name="答复人", null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)

    scope_field = "notice__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        ordering = ["notice", "id"]
