from django.db import models

from residents.models import Region
from residents.scope import ScopedQuerySet
from subsidies.models import Campaign


class Kind(models.TextChoices):
    DAILY = "daily", "日排名"
    WEEKLY = "weekly", "周排名"
    MONTHLY = "monthly", "月通报"
    FINAL = "final", "考评结果"


class Snapshot(models.Model):
    """快照: what counted before an instant. Append-only, and the same whenever it is built.

    `known_at` is the instant up to which mistakes found later are left out: the as-of time itself for the first
    count, a later one for a correction.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="snapshots")
    kind = models.CharField("种类", max_length=8, choices=Kind)
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

    def __str__(self):
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
