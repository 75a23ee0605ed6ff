from functools import lru_cache

from django.db import models
from django.db.models import Q

from residents.models import Region
from residents.scope import ScopedQuerySet
from subsidies import policy as policies


class PolicyVersion(models.Model):
    """政策版本: the exact text of a policy file, by its hash. What was quoted keeps the version it was quoted with."""

    hash = models.CharField("摘要", max_length=64, primary_key=True)
    policy_id = models.CharField("政策", max_length=20, db_index=True)
    text = models.TextField("原文")
    loaded_at = models.DateTimeField("载入时间")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["policy_id", "-loaded_at"]

    def __str__(self):
        return f"{self.policy_id} {self.hash[:8]}"

    @property
    def policy(self) -> policies.Policy:
        return _parsed(self.text, self.policy_id)


@lru_cache(maxsize=64)
def _parsed(text: str, policy_id: str) -> policies.Policy:
    return policies.parse(text, policy_id)


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

    def __str__(self):
        return f"{self.county.name}{self.year}年度"

    @property
    def policy(self) -> policies.Policy:
        return self.policy_version.policy

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


class Identity(models.Model):
    """身份类别: what a department recognised a resident as, from when to when, on which document."""

    resident = models.ForeignKey("residents.Resident", models.CASCADE, verbose_name="居民", related_name="identities")
    kind = models.CharField("身份", max_length=40)
    department = models.CharField("认定部门", max_length=20)
    recognised_on = models.DateField("认定日期")
    ended_on = models.DateField("终止日期", null=True, blank=True)
    document = models.CharField("依据", max_length=120, blank=True)
    roster = models.ForeignKey("Roster", models.PROTECT, verbose_name="名单", null=True, related_name="identities")
    ended_by = models.ForeignKey(
        "Roster", models.PROTECT, verbose_name="终止名单", null=True, related_name="ended_identities"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "身份类别"
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "kind"],
                condition=Q(ended_on__isnull=True, withdrawn_at__isnull=True),
                name="one_live_identity_a_kind",
            )
        ]
        indexes = [models.Index(fields=["kind", "resident"], name="identity_kind")]

    def __str__(self):
        return self.kind
