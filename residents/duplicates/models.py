from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from residents.people.models import Resident


class MergeCase(models.Model):
    """重复档案: two records of one person, proposed for merging by one person and confirmed by another."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待复核"
        MERGED = "merged", "已合并"
        REJECTED = "rejected", "不是同一人"

    keep = models.ForeignKey(Resident, models.PROTECT, verbose_name="保留", related_name="+")
    drop = models.ForeignKey(Resident, models.PROTECT, verbose_name="并入", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField("理由", max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("复核时间", null=True)

    scope_field = "keep__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重复档案"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(keep=models.F("drop")), name="merge_two_records"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="merge_two_people",
            ),
            models.UniqueConstraint(
                fields=["keep", "drop"], condition=~models.Q(state="rejected"), name="one_merge_a_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.keep}（{self.get_state_display()}）"
