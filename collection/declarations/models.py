from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people import names
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class TaxFile(models.Model):
    """A spreadsheet of the tax bureau, read by a worker; the same file twice is recognised by its digest."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READ = "read", "已读取"
        REFUSED = "refused", "不能读取"

    #: The name of the file's kind, of its job (`<KIND>.read`) and of its audit events.
    KIND: str

    attachment = models.ForeignKey("core.Attachment", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=8, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    lines = models.PositiveIntegerField("行数", default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+")
    uploaded_at = models.DateTimeField("导入时间")

    class Meta:
        abstract = True
        ordering = ["-id"]


class Declaration(models.Model):
    """申报表: a township's list for the tax bureau, from drafting to posting."""

    class State(models.TextChoices):
        DRAFT = "draft", "核对中"
        SUBMITTED = "submitted", "已报税务"
        FED_BACK = "fed_back", "已反馈"
        CONFIRMED = "confirmed", "已开确认单"
        REMITTED = "remitted", "已汇款"
        POSTED = "posted", "已入库"
        RETURNED = "returned", "全部退回"
        CANCELLED = "cancelled", "已作废"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="declarations")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    number = models.PositiveIntegerField("批次")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    people = models.PositiveIntegerField("人数", default=0)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2, default=0)
    difference_reason = models.CharField("差异放行原因", max_length=200, blank=True)
    difference_by = models.ForeignKey(USER, models.PROTECT, verbose_name="放行人", null=True, related_name="+")
    difference_at = models.DateTimeField("放行时间", null=True)
    created_by = models.ForeignKey(USER, models.PROTECT, verbose_name="制表人", related_name="+")
    created_at = models.DateTimeField("制表时间")
    submitted_by = models.ForeignKey(USER, models.PROTECT, verbose_name="报送人", null=True, related_name="+")
    submitted_at = models.DateTimeField("报送时间", null=True)
    submissions = models.PositiveSmallIntegerField("报送次数", default=0, help_text="退回重报时加一")
    file = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="报税文件", null=True, related_name="+")
    taken_by = models.ForeignKey(USER, models.PROTECT, verbose_name="接收人", null=True, related_name="+")
    taken_at = models.DateTimeField("税务下载时间", null=True)
    confirmation_no = models.CharField("确认单号", max_length=40, blank=True)
    confirmed_people = models.PositiveIntegerField("确认人数", null=True)
    confirmed_amount = models.DecimalField("确认金额", max_digits=14, decimal_places=2, null=True)
    confirmed_by = models.ForeignKey(USER, models.PROTECT, verbose_name="确认人", null=True, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    remittance_no = models.CharField("汇款回单号", max_length=40, blank=True)
    remittance_slip = models.ForeignKey(
        "core.Attachment", models.PROTECT, verbose_name="汇款回单", null=True, related_name="+"
    )
    remitted_on = models.DateField("汇款日期", null=True)
    remitted_by = models.ForeignKey(USER, models.PROTECT, verbose_name="汇款人", null=True, related_name="+")
    remitted_at = models.DateTimeField("汇款登记时间", null=True)
    remittances = models.PositiveSmallIntegerField("汇款次数", default=0, help_text="退回重汇时加一")
    ticket_no = models.CharField("税票号", max_length=40, blank=True)
    posted_by = models.ForeignKey(USER, models.PROTECT, verbose_name="入库人", null=True, related_name="+")
    posted_at = models.DateTimeField("入库时间", null=True)
    returned_reason = models.CharField("退回原因", max_length=200, blank=True)

    scope_field = "township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报表"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "township", "number"], name="one_declaration_a_number"),
            models.UniqueConstraint(
                fields=["campaign", "township"], condition=Q(state="draft"), name="one_draft_a_township"
            ),
            models.UniqueConstraint(
                fields=["campaign", "confirmation_no"], condition=~Q(confirmation_no=""), name="confirmation_used_once"
            ),
            models.UniqueConstraint(
                fields=["campaign", "remittance_no"], condition=~Q(remittance_no=""), name="remittance_used_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.township} 第{self.number}批"


class DeclarationRow(models.Model):
    """One person on a declaration, what the tax bureau answered, and the row it corrects."""

    class Result(models.TextChoices):
        PENDING = "pending", "未反馈"
        SUCCESS = "success", "导入成功"
        FAILURE = "failure", "导入失败"

    # Found by the constraint's index: with one of its own, PostgreSQL would read a whole declaration for each person.
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, verbose_name="申报表", related_name="rows", db_index=False
    )
    contribution = models.ForeignKey(
        "Contribution", models.PROTECT, verbose_name="缴费记录", related_name="declaration_rows"
    )
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    id_number = models.CharField("证件号码", max_length=30)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    result = models.CharField("结果", max_length=8, choices=Result, default=Result.PENDING)
    reason_code = models.CharField("原因代码", max_length=30, blank=True)
    reason = models.CharField("原因", max_length=120, blank=True)
    fix_by = models.DateField("改正期限", null=True)
    fixed_by = models.ForeignKey(USER, models.PROTECT, verbose_name="改正人", null=True, related_name="+")
    fixed_at = models.DateTimeField("改正时间", null=True)
    fix_note = models.CharField("改正说明", max_length=200, blank=True)
    fix_photo = models.ForeignKey("core.Attachment", models.PROTECT, null=True, related_name="+")
    previous = models.OneToOneField(
        "self", models.PROTECT, verbose_name="原申报行", null=True, blank=True, related_name="next"
    )

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报行"
        ordering = ["declaration", "id"]
        constraints = [models.UniqueConstraint(fields=["declaration", "contribution"], name="one_row_a_contribution")]
        indexes = [models.Index(fields=["result", "village"], name="declaration_row_result")]


class Feedback(TaxFile):
    """导入反馈: a result file of the tax bureau for one submission of a declaration."""

    KIND = "feedback"

    declaration = models.ForeignKey(Declaration, models.PROTECT, verbose_name="申报表", related_name="feedbacks")
    submission = models.PositiveSmallIntegerField("第几次报送", default=1)
    successes = models.PositiveIntegerField("成功", default=0)
    failures = models.PositiveIntegerField("失败", default=0)
    problem_count = models.PositiveIntegerField("不能对上", default=0)
    problems = models.JSONField("不能对上的行", default=list)

    scope_field = "declaration__township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta(TaxFile.Meta):
        verbose_name = verbose_name_plural = "导入反馈"
        constraints = [
            models.UniqueConstraint(fields=["declaration", "submission", "sha256"], name="one_feedback_a_file")
        ]


class VerdictWord(models.Model):
    """反馈用语: a word of the tax bureau's result column that the county has explained once."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    word = models.CharField("用语", max_length=60)
    ok = models.BooleanField("按成功处理")
    explained_by = models.ForeignKey(USER, models.PROTECT, verbose_name="说明人", related_name="+")
    explained_at = models.DateTimeField("说明时间")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "反馈用语"
        constraints = [models.UniqueConstraint(fields=["county", "word"], name="one_meaning_a_verdict_word")]

    def __str__(self) -> str:
        return f"{self.word}：{'成功' if self.ok else '失败'}"
