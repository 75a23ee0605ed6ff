from django.conf import settings
from django.db import models
from django.db.models import Q

from reporting.models.snapshots import Kind, Snapshot
from residents.scope import ScopedQuerySet
from subsidies.models import Campaign


class RankingQuerySet(ScopedQuerySet):
    def for_user(self, user):
        """A published ranking is read by everyone in its county; what stands under townships is cut in the views."""
        return self.in_region(user.scope_prefix[:6])


class Ranking(models.Model):
    """排名: a published snapshot. Frozen: the database refuses any change; a correction is the next version.

    `content` is all that the fingerprint covers and all that page, Word and Excel are drawn from
    (reporting/services/publishing.py gives its shape). `villages` is content too, kept apart because it is long.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="rankings")
    kind = models.CharField("种类", max_length=8, choices=Kind)
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

    def __str__(self):
        return f"{self.get_kind_display()} {self.as_of:%Y-%m-%d} 第{self.version}版"


class BulletinTemplate(models.Model):
    """通报模板: the county's own Word template; the newest one is used, and none means the standard one."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="bulletin_templates")
    attachment = models.ForeignKey("residents.Attachment", models.PROTECT, null=True, related_name="+")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    set_at = models.DateTimeField("上传时间")

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报模板"
        ordering = ["-id"]


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
