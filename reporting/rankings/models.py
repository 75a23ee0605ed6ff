from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class RankingKind(models.TextChoices):
    DAILY = "daily", "日排名"
    WEEKLY = "weekly", "周排名"
    MONTHLY = "monthly", "月通报"
    FINAL = "final", "最终结果"


class Snapshot(models.Model):
    """快照: what counted before an instant. Append-only, and the same whenever it is built.

    `known_at` is the instant up to which mistakes found later are left out: the as-of time itself for the first
    count, a later one for a correction.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="snapshots")
    kind = models.CharField("种类", max_length=8, choices=RankingKind)
    as_of = models.DateTimeField("截至")
    known_at = models.DateTimeField("核对至")
    metric = models.CharField("口径", max_length=10)
    built_at = models.DateTimeField("生成时间")
    fingerprint = models.CharField("校验码", max_length=64)

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "快照"
        ordering = ["-as_of", "-known_at"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "kind", "as_of", "known_at"], name="one_snapshot_an_instant")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of:%Y-%m-%d %H:%M}"


class SnapshotRow(models.Model):
    """One township or village in a snapshot, in people. `done` is what the metric counts. Append-only."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="rows")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+", db_index=False)
    task = models.PositiveIntegerField("任务", null=True)
    collected = models.PositiveIntegerField("已收")
    posted = models.PositiveIntegerField("已入库")
    self_paid = models.PositiveIntegerField("自主缴费")
    collective = models.PositiveIntegerField("集体资助")
    gained = models.IntegerField("近七日新增")
    gained_period = models.IntegerField("本期新增")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "快照行"
        constraints = [models.UniqueConstraint(fields=["snapshot", "region"], name="one_row_a_region")]

    @property
    def done(self) -> int:
        return self.posted if self.snapshot.metric == "posted" else self.collected


class RankingQuerySet(ScopedQuerySet):
    def for_user(self, user: Any) -> Self:
        """A published ranking is read by everyone in its county; what stands under townships is cut in the views."""
        return self.in_region(user.scope_prefix[:6])


class Ranking(models.Model):
    """排名: a published snapshot. Frozen: the database refuses any change; a correction is the next version.

    `content` is all that the fingerprint covers and all that page, Word and Excel are drawn from
    (reporting/rankings/services.py gives its shape). `villages` is content too, kept apart because it is long.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="rankings")
    kind = models.CharField("种类", max_length=8, choices=RankingKind)
    as_of = models.DateTimeField("截至")
    version = models.PositiveSmallIntegerField("版本", default=1)
    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="ranking")
    number = models.CharField("文号", max_length=40)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    content = models.JSONField("内容")
    villages = models.JSONField("各村")
    fingerprint = models.CharField("校验码", max_length=64)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发布人", related_name="+")
    published_at = models.DateTimeField("发布时间")

    scope_field = "campaign__county_id"
    objects = RankingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "排名通报"
        ordering = ["-as_of", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "kind", "as_of", "version"], name="one_ranking_a_version"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of:%Y-%m-%d} 第{self.version}版"


class RewardTier(models.Model):
    """奖项: a prize for the townships from one rank to another, set by the county."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, verbose_name="征缴年度", related_name="reward_tiers")
    name = models.CharField("奖项", max_length=20)
    first = models.PositiveSmallIntegerField("起始名次")
    last = models.PositiveSmallIntegerField("截止名次")
    amount = models.DecimalField("每个乡镇奖金（元）", max_digits=12, decimal_places=2)

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "奖项"
        ordering = ["first"]
        constraints = [models.UniqueConstraint(fields=["campaign", "first"], name="one_tier_a_rank")]


class BulletinEdit(models.Model):
    """通报修改: what the office changed in a bulletin before it is published; the newest one counts. Append-only."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="快照", related_name="edits")
    paragraphs = models.JSONField("正文")
    praised = models.JSONField("表扬名单")
    criticised = models.JSONField("批评名单")
    reason = models.CharField("修改的原因", max_length=200)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="修改人", related_name="+")
    edited_at = models.DateTimeField("修改时间")

    scope_field = "snapshot__campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报修改"
        ordering = ["-id"]


class FigureSignature(models.Model):
    """核定签认: one office's word for the final figures; tax and insurance each give theirs before publication."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="快照", related_name="signatures")
    office = models.CharField("部门", max_length=12)
    done = models.PositiveIntegerField("核定人数")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="签认人", related_name="+")
    signed_at = models.DateTimeField("签认时间")

    scope_field = "snapshot__campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核定签认"
        constraints = [models.UniqueConstraint(fields=["snapshot", "office"], name="one_signature_an_office")]
