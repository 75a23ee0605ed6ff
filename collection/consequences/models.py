from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class Consequence(models.Model):
    """事实后续: what a dated fact about a person means for what was booked, and who has to act.

    `STATUS`: a death, an enlistment, another insurance … (rules.py). `QUOTE`: the facts a payment was quoted with have
    changed; `before` and `after` are what an officer compares. A fact that is taken back withdraws its consequence.
    """

    class Kind(models.TextChoices):
        STATUS = "status", "人员状态"
        QUOTE = "quote", "重新核算"

    class Outcome(models.TextChoices):
        REFUND = "refund", "转退费"
        FREE_ENDS = "free_ends", "免缴参保终止"
        STANDS = "stands", "缴费保留"
        ASK = "ask", "待医保局决定"
        PAY_AGAIN = "pay_again", "已退费，须重新缴费"
        REVIEW = "review", "核算结果变化"

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        DONE = "done", "已落实"
        WITHDRAWN = "withdrawn", "事实已撤回"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="consequences", db_index=False
    )
    resident = models.ForeignKey("residents.Resident", models.PROTECT, verbose_name="居民", related_name="consequences")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+", db_index=False)
    contribution = models.ForeignKey(
        "Contribution", models.PROTECT, verbose_name="缴费记录", related_name="consequences"
    )
    kind = models.CharField("种类", max_length=8, choices=Kind)
    fact = models.CharField("事实", max_length=40)
    happened_on = models.DateField("发生日期", null=True, blank=True)
    outcome = models.CharField("后果", max_length=10, choices=Outcome)
    why = models.CharField("依据", max_length=300)
    deadline = models.DateField("办理期限", null=True, blank=True)
    cover_ends = models.DateField("待遇止于", null=True, blank=True)
    subsidy_stops = models.BooleanField("资助停付", default=False)
    #: From when until when the fund did not pay, so that the statement of a past day can be told.
    stopped_at = models.DateTimeField("停付时间", null=True, blank=True)
    resumed_at = models.DateTimeField("恢复时间", null=True, blank=True)
    refund = models.ForeignKey(
        "Refund",
        models.PROTECT,
        verbose_name="退费",
        null=True,
        blank=True,
        related_name="consequences",
        db_index=False,
    )
    before = models.JSONField("原核算", null=True, blank=True)
    after = models.JSONField("现核算", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField("发现时间")
    decided_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="决定人", null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    document = models.CharField("决定依据的文件", max_length=120, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事实后续"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "kind"], condition=~Q(state="withdrawn"), name="one_consequence_a_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state", "outcome", "village"], name="consequence_state"),
            models.Index(
                fields=["contribution"],
                condition=Q(subsidy_stops=True) & ~Q(state="withdrawn"),
                name="consequence_stops",
            ),
            models.Index(fields=["refund"], condition=Q(refund__isnull=False), name="consequence_refund"),
        ]

    def __str__(self) -> str:
        return f"{self.fact}：{self.get_outcome_display()}"
