from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.county_words import county_word
from core.regions.models import Region
from subsidies.policy import policies
from subsidies.policy.models import PolicyVersion


class Campaign(models.Model):
    """征缴年度: a county and a year, bound to one version of its policy."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="campaigns")
    year = models.PositiveSmallIntegerField("年度")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, verbose_name="政策版本")
    opened_at = models.DateTimeField("开始时间")
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征缴年度"
        ordering = ["-year", "county"]
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="one_campaign_a_year")]

    def __str__(self) -> str:
        return f"{self.county.name}{self.year}年度"

    @property
    def policy(self) -> policies.Policy:
        return self.policy_version.policy

    @property
    def county_word(self) -> str:
        """县, 区 or 市, as sentences of this county say it."""
        return county_word(self.county_id)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def closed_meanwhile(self) -> bool:
        """Whether it is closed by now; asks the database, for this object may be older than the closing."""
        return Campaign.objects.filter(pk=self.pk, closed_at__isnull=False).exists()


class Target(models.Model):
    """征缴任务: how many people a village (or township, where villages have none) must bring in, and who set it."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, verbose_name="征缴年度", related_name="targets")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+")
    people = models.PositiveIntegerField("任务人数")
    source = models.CharField("来源", max_length=120)

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征缴任务"
        constraints = [models.UniqueConstraint(fields=["campaign", "region"], name="one_target_a_region")]

    def __str__(self) -> str:
        return f"{self.region}任务 {self.people} 人"


class TargetEntry(models.Model):
    """What a region's task was from an instant on. Append-only: a ranking counts by the task of its time."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, verbose_name="征缴年度", related_name="target_entries")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+")
    people = models.PositiveIntegerField("任务人数", null=True)
    source = models.CharField("来源", max_length=120)
    set_at = models.DateTimeField("下达时间")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务下达记录"
        ordering = ["id"]
        indexes = [models.Index(fields=["campaign", "region", "set_at"], name="target_entry_time")]


class Watermark(models.Model):
    """定稿线: everything before this instant has been counted; nothing may be dated before it any more."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="watermark")
    closed_until = models.DateTimeField("已定稿至")

    class Meta:
        verbose_name = verbose_name_plural = "定稿线"


class PolicyProposal(models.Model):
    """拟用口径: a policy text somebody prepares for a year to be opened, or as a new version of one that runs."""

    class State(models.TextChoices):
        DRAFT = "draft", "准备中"
        APPLIED = "applied", "已启用"
        DROPPED = "dropped", "已放弃"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("名称", max_length=60)
    text = models.TextField("原文")
    base = models.ForeignKey(PolicyVersion, models.PROTECT, verbose_name="对照版本", null=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="准备人", related_name="+")
    created_at = models.DateTimeField("准备时间")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="修改人", related_name="+")
    changed_at = models.DateTimeField("修改时间")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="启用人", null=True, related_name="+"
    )
    settled_at = models.DateTimeField("启用时间", null=True)
    unfinished = models.CharField("没有确认完就开征的原因", max_length=200, blank=True, db_default="")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拟用口径"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="applied") | ~Q(settled_by=F("created_by")) & ~Q(settled_by=F("changed_by")),
                name="proposal_two_people",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年度拟用口径“{self.name}”"

    @property
    def policy(self) -> policies.Policy:
        return policies.parse(self.text, f"{self.county_id}-{self.year}.toml")

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @cached_property
    def opens_year(self) -> bool:
        """Whether it opens a year, not a new version of one that runs."""
        base = self.base
        return base is None or not base.policy_id.endswith(f"-{self.year}")
