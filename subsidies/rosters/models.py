from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people import names
from subsidies.campaigns.models import Campaign


class Roster(models.Model):
    """名单: one list a department handed in; uploaded by one person, applied by another."""

    class Kind(models.TextChoices):
        SUPPLEMENT = "supplement", "新增名单"
        ENDING = "ending", "减少名单"
        FULL = "full", "全量名单"
        SINGLE = "single", "单人标识"

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READY = "ready", "待审核"
        REFUSED = "refused", "不能读取"
        APPLIED = "applied", "已应用"
        WITHDRAWN = "withdrawn", "已撤回"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="rosters")
    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    department = models.CharField("部门", max_length=20)
    category = models.CharField("身份", max_length=40, blank=True, help_text="空着：以表中“人员类别”一列为准")
    kind = models.CharField("名单种类", max_length=10, choices=Kind)
    recognised_on = models.DateField("认定日期")
    document = models.CharField("文号或依据", max_length=120)
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="文件", null=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    notice = models.CharField("提示", max_length=500, blank=True, db_default="")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="应用人", null=True, related_name="+"
    )
    applied_at = models.DateTimeField("应用时间", null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="撤回人", null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_by__isnull=True) | ~Q(applied_by=F("uploaded_by")), name="roster_two_people"
            )
        ]

    def __str__(self) -> str:
        return f"{self.department}{self.category or '名单'}（{self.document}）"

    @property
    def category_text(self) -> str:
        return self.category or "以表中类别为准"


class RosterRow(models.Model):
    """One row of a roster and what comes of it. Number 0: not in the file; a full list lacks this person."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待核对"
        NEW = "new", "新增"
        ENDED = "ended", "终止"
        UNCHANGED = "unchanged", "不变"
        NOT_FOUND = "not_found", "查无此人"
        NAME_DIFFERS = "name_differs", "姓名不符"
        DECEASED = "deceased", "已死亡"
        MOVED = "moved", "已迁出"
        BAD_ROW = "bad_row", "填写有误"
        DUPLICATE = "duplicate", "重复"
        HIDDEN = "hidden", "隐藏行"
        HELD = "held", "暂缓终止"

    roster = models.ForeignKey(Roster, models.CASCADE, verbose_name="名单", related_name="rows")
    sheet = models.CharField("工作表", max_length=60, blank=True, db_default="")
    number = models.PositiveIntegerField("行号")
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION, blank=True)
    id_number = models.CharField("证件号码", max_length=30, blank=True)
    category = models.CharField("身份", max_length=40, blank=True)
    recognised_on = models.DateField("认定日期", null=True)
    resident = models.ForeignKey(
        "residents.Resident", models.SET_NULL, verbose_name="居民", null=True, related_name="+"
    )
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    message = models.CharField("说明", max_length=200, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="核实人", null=True, related_name="+"
    )

    scope_field = "roster__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单行"
        ordering = ["roster", "number"]
        indexes = [
            models.Index(fields=["roster", "outcome", "number"], name="roster_row_outcome"),
            models.Index(fields=["roster", "id_number"], name="roster_row_person"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 行 {self.name}"


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

    def __str__(self) -> str:
        return self.kind
