from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from collection.declarations.models import TaxFile
from core.access.roles import Role
from core.access.scope import ScopedQuerySet
from core.database.bulk import id_chunks
from core.regions.models import Region
from residents.people import names
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class SchoolQuerySet(ScopedQuerySet):
    """Rows of a school: its own staff see that school alone; every other office sees those of its region."""

    def for_user(self, user: Any) -> Self:
        if user.role == Role.SCHOOL:
            path = self.model.school_path
            return self.filter(**{f"{path}staff__user": user})
        return super().for_user(user)


class School(models.Model):
    """学校、幼儿园: a collection point with classes. `region`: the township (or county) it answers to."""

    class Kind(models.TextChoices):
        KINDERGARTEN = "kindergarten", "幼儿园"
        PRIMARY = "primary", "小学"
        MIDDLE = "middle", "初中"
        HIGH = "high", "高中"
        VOCATIONAL = "vocational", "中职"
        COLLEGE = "college", "高校"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在乡镇", related_name="+")
    name = models.CharField("学校名称", max_length=60, db_collation=names.COLLATION)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    closed_at = models.DateTimeField("停用时间", null=True, blank=True)

    scope_field = "region_id"
    school_path = ""
    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学校"
        ordering = ["region_id", "name"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="one_school_a_name")]

    def __str__(self) -> str:
        return self.name


class SchoolStaff(models.Model):
    """学校经办人: who works for which school; an account sees the schools it stands beside and nothing else."""

    school = models.ForeignKey(School, models.CASCADE, verbose_name="学校", related_name="staff")
    user = models.ForeignKey(USER, models.CASCADE, verbose_name="账号", related_name="schools")

    scope_field = "school__region_id"
    school_path = "school__"
    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学校经办人"
        constraints = [models.UniqueConstraint(fields=["school", "user"], name="one_place_a_school")]

    def __str__(self) -> str:
        return f"{self.school} {self.user}"


class ClassList(TaxFile):
    """班级名单: a file of one school, or of many if the education bureau sends it with a column for the school."""

    KIND = "classes"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="class_lists")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+")
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", null=True, related_name="class_lists")

    scope_field = "region_id"
    school_path = "school__"
    objects = SchoolQuerySet.as_manager()

    class Meta(TaxFile.Meta):
        verbose_name = verbose_name_plural = "班级名单"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "region", "school", "sha256"], name="one_class_list_a_file")
        ]

    def __str__(self) -> str:
        return f"{self.pk} 号班级名单"


class ClassRow(models.Model):
    """One row of a class list and what became of it."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待核对"
        MATCHED = "matched", "已对上居民册"
        ELSEWHERE = "elsewhere", "本地居民册没有"
        WITHHELD = "withheld", "号码与姓名不一致"
        NO_SCHOOL = "no_school", "没有这所学校"
        BAD_ROW = "bad_row", "填写有误"
        DUPLICATE = "duplicate", "重复"

    class_list = models.ForeignKey(ClassList, models.CASCADE, verbose_name="班级名单", related_name="rows")
    sheet = models.CharField("工作表", max_length=60, blank=True)
    number = models.PositiveIntegerField("行号")
    school_name = models.CharField("学校", max_length=60, blank=True, db_collation=names.COLLATION)
    class_name = models.CharField("班级", max_length=40, blank=True)
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    id_number = models.CharField("证件号码", max_length=30)
    school = models.ForeignKey(School, models.PROTECT, null=True, related_name="+")
    resident = models.ForeignKey("residents.Resident", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    message = models.CharField("说明", max_length=200, blank=True)

    scope_field = "class_list__region_id"
    school_path = "class_list__school__"
    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班级名单行"
        ordering = ["class_list", "id"]
        indexes = [
            models.Index(fields=["class_list", "outcome"], name="class_row_outcome"),
            models.Index(fields=["class_list", "school", "id_number"], name="class_row_pupil"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 行 {self.name}"


class Pupil(models.Model):
    """在校学生 of a year. Where the fee is collected: at home unless the school says that it collects.

    One school at most collects for a person (the constraint), and while it does the village does not.
    """

    class State(models.TextChoices):
        AT_HOME = "home", "随家庭缴费"
        CLAIMED = "claimed", "学校代收，未收款"
        COLLECTED = "collected", "学校已收款"
        PAID = "paid", "学校已缴税务"
        GIVE_BACK = "give_back", "须退还家长"
        LEFT = "left", "已转出"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="pupils")
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="pupils")
    class_name = models.CharField("班级", max_length=40, blank=True)
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    id_number = models.CharField("证件号码", max_length=30)
    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, verbose_name="居民", null=True, related_name="pupils"
    )
    state = models.CharField("缴费渠道", max_length=10, choices=State, default=State.AT_HOME)
    collected_on = models.DateField("收款日期", null=True)
    amount = models.DecimalField("已收", max_digits=10, decimal_places=2, null=True)
    elsewhere = models.CharField("外地参保情况", max_length=60, blank=True)
    note = models.CharField("说明", max_length=120, blank=True)
    payment = models.ForeignKey("SchoolPayment", models.PROTECT, null=True, related_name="pupils")

    scope_field = "school__region_id"
    school_path = "school__"
    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在校学生"
        ordering = ["school", "class_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "school", "id_number"], name="one_pupil_a_school"),
            models.UniqueConstraint(
                fields=["campaign", "resident"],
                condition=Q(state__in=["claimed", "collected", "paid"]),
                name="one_school_collects",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["collected", "give_back"]) | Q(collected_on__isnull=False, amount__gt=0),
                name="collected_pupil_has_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "collected", "paid"]) | Q(resident__isnull=False),
                name="collected_pupil_is_known",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "school", "class_name"], name="pupil_class")]

    def __str__(self) -> str:
        return f"{self.name}（{self.school} {self.class_name}）"


#: A school collects for these, so that nobody else may.
COLLECTING = (Pupil.State.CLAIMED, Pupil.State.COLLECTED)


def collecting_schools(campaign: Campaign, residents: Iterable[int] | models.QuerySet[Any, Any]) -> dict[int, str]:
    """Resident id → the school that collects for them; one statement for every 2,000."""
    found: dict[int, str] = {}
    for chunk in id_chunks(residents):
        rows = Pupil.objects.filter(campaign=campaign, resident__in=chunk, state__in=COLLECTING)
        found |= dict(rows.order_by("pk").values_list("resident_id", "school__name"))
    return found


class SchoolPayment(models.Model):
    """学校缴款: what a school has collected, paid to the tax bureau on one ticket, by name."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="school_payments")
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="payments")
    ticket_no = models.CharField("税票号", max_length=40)
    on = models.DateField("缴款日期")
    people = models.PositiveIntegerField("人数")
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "school__region_id"
    school_path = "school__"
    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学校缴款"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "school", "ticket_no"], name="one_school_payment_a_ticket"),
            models.CheckConstraint(condition=Q(people__gt=0, amount__gt=0), name="school_payment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.school} 税票 {self.ticket_no}"
