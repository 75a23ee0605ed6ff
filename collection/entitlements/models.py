from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Roster

USER = settings.AUTH_USER_MODEL


class DifferenceCase(models.Model):
    """先缴后认定: somebody paid, and was then recognised as one who owes less.

    Where the county's notice grants the difference, `refund` is its refund case; where it is silent, staff decide and
    say what they did.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        REFUNDING = "refunding", "已转退费"
        HANDLED = "handled", "已处理"
        WITHDRAWN = "withdrawn", "名单已撤回"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="difference_cases", db_index=False
    )
    contribution = models.ForeignKey(
        "Contribution", models.PROTECT, verbose_name="缴费记录", related_name="difference_cases"
    )
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    roster = models.ForeignKey(Roster, models.PROTECT, verbose_name="名单", null=True, related_name="difference_cases")
    category = models.CharField("认定后的类别", max_length=40)
    due = models.DecimalField("认定后应缴", max_digits=10, decimal_places=2)
    difference = models.DecimalField("差额", max_digits=10, decimal_places=2)
    why = models.CharField("依据", max_length=300)
    refund = models.OneToOneField(
        "Refund", models.PROTECT, verbose_name="退费", null=True, blank=True, related_name="difference_case"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField("发现时间")
    handled_by = models.ForeignKey(USER, models.PROTECT, verbose_name="处理人", null=True, related_name="+")
    handled_at = models.DateTimeField("处理时间", null=True)
    note = models.CharField("处理说明", max_length=200, blank=True)
    document = models.CharField("决定依据的文件", max_length=120, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "先缴后认定"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(difference__gt=0), name="difference_positive"),
            models.UniqueConstraint(
                fields=["contribution"],
                condition=Q(state__in=["open", "refunding"]),
                name="one_difference_a_contribution",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "state", "village"], name="difference_state")]
