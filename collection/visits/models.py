"""未参保动员台账: why somebody is not insured, what was tried, and what was told (高阳四（一）、内乡四（一）3(1))."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class Cause(models.Model):
    """未参保原因: an entry of the county's own list. It is given up, never deleted: what was recorded keeps its name.

    `status`: the status a person gets once a second person has accepted the evidence; who has one leaves the task.
    """

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    code = models.CharField("代码", max_length=12, blank=True, editable=False)
    name = models.CharField("原因", max_length=30)
    asks = models.CharField("须写明的内容", max_length=20, blank=True)
    status = models.CharField("核减后的状态", max_length=10, choices=Resident.Status, blank=True)
    position = models.PositiveSmallIntegerField("排列次序", default=50)
    given_up = models.BooleanField("停用", default=False)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "未参保原因"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="one_cause_a_name")]

    def __str__(self) -> str:
        return self.name


class VisitTerms(models.Model):
    """动员期限: the days that a county sets. Without a row the defaults count."""

    county = models.OneToOneField(Region, models.PROTECT, verbose_name="县", related_name="+")
    told_days = models.PositiveSmallIntegerField("自述缴费等待税务清单的天数", default=10)
    quiet_days = models.PositiveSmallIntegerField("多少天没有联系算久未联系", default=14)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "动员期限"

    def __str__(self) -> str:
        return f"{self.county}动员期限"


class Visit(models.Model):
    """动员记录: one attempt to win one person, or what the papers say. Rows are added, never changed; the latest holds.

    `key` is made by the page or the phone that sends it: what is sent twice is one visit.
    """

    class Way(models.TextChoices):
        HOME = "home", "入户"
        CALL = "call", "电话"
        SMS = "sms", "短信"
        WECHAT = "wechat", "微信"
        RECORDS = "records", "查阅资料"

    class Result(models.TextChoices):
        PROMISED = "promised", "答应缴费"
        TOLD = "told", "称已自行缴费"
        UNDECIDED = "undecided", "已联系，未定"
        REFUSED = "refused", "不愿参保"
        NO_ANSWER = "no_answer", "没有联系上"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="visits", db_index=False
    )
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="visits")
    way = models.CharField("方式", max_length=8, choices=Way)
    result = models.CharField("结果", max_length=10, choices=Result, blank=True)
    cause = models.ForeignKey(Cause, models.PROTECT, verbose_name="未参保原因", null=True, related_name="visits")
    note = models.CharField("说明", max_length=200, blank=True)
    look_again_on = models.DateField("下次联系日期", null=True)
    evidence = models.ForeignKey(
        "core.Attachment", models.PROTECT, verbose_name="证明材料", null=True, related_name="+"
    )
    key = models.UUIDField("提交编号", db_index=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "动员记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["campaign", "resident", "id"], name="visit_latest"),
            models.Index(fields=["campaign", "look_again_on"], name="visit_look_again"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.get_result_display()}".strip()


class Exclusion(models.Model):
    """核减申请: evidence that somebody does not belong to the task, for a second person to accept or reject.

    Accepted, the person gets the dated status, and everything else follows from that.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待审核"
        ACCEPTED = "accepted", "已核减"
        REJECTED = "rejected", "已退回"
        MOOT = "moot", "已缴费，不再办理"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="exclusions", db_index=False
    )
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="exclusions")
    visit = models.OneToOneField(Visit, models.PROTECT, verbose_name="动员记录", related_name="exclusion")
    status = models.CharField("核减后的状态", max_length=10, choices=Resident.Status)
    since = models.DateField("起始日期")
    state = models.CharField("审核", max_length=8, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey(USER, models.PROTECT, verbose_name="申请人", related_name="+")
    decided_by = models.ForeignKey(USER, models.PROTECT, verbose_name="审核人", null=True, related_name="+")
    decided_at = models.DateTimeField("审核时间", null=True)
    note = models.CharField("审核意见", max_length=200, blank=True)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核减申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "resident"], condition=Q(state="pending"), name="one_pending_exclusion"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")) | Q(state="moot"),
                name="exclusion_two_people",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "state"], name="exclusion_state")]

    def __str__(self) -> str:
        return f"{self.resident} {self.get_status_display()}"


class ToldPayment(models.Model):
    """自述已缴: a self-payment that a villager tells of. It counts nowhere until the tax bureau's list brings it; if
    that does not happen by `due_on`, it is a case."""

    class State(models.TextChoices):
        WAITING = "waiting", "等税务清单"
        ARRIVED = "arrived", "已到账"
        OTHERWISE = "otherwise", "已由其他渠道缴费"
        UNPAID = "unpaid", "核实未缴"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", related_name="told_payments", db_index=False
    )
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name="居民", related_name="told_payments")
    visit = models.OneToOneField(Visit, models.PROTECT, verbose_name="动员记录", related_name="told_payment")
    paid_on = models.DateField("自述缴费日期")
    due_on = models.DateField("最迟到账日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    contribution = models.ForeignKey(
        "Contribution", models.PROTECT, verbose_name="缴费记录", null=True, related_name="+"
    )
    settled_by = models.ForeignKey(USER, models.PROTECT, verbose_name="核实人", null=True, related_name="+")
    settled_at = models.DateTimeField("核实时间", null=True)
    note = models.CharField("核实说明", max_length=200, blank=True)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自述已缴"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "resident"], condition=Q(state="waiting"), name="one_waiting_told_payment"
            )
        ]
        indexes = [models.Index(fields=["campaign", "state", "due_on"], name="told_payment_due")]

    def __str__(self) -> str:
        return f"{self.resident} 自述 {self.paid_on} 缴费"
