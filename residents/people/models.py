from django.db import models
from django.db.models import Q
from django.db.models.functions import Right

from core.access import masks
from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from residents.people import names


class Household(models.Model):
    """户."""

    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="households")
    number = models.CharField("户编号", max_length=30)
    head_name = models.CharField("户主", max_length=60, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "户"
        constraints = [models.UniqueConstraint(fields=["village", "number"], name="one_household_number_a_village")]
        indexes = [models.Index(fields=["number", "village"], name="household_number")]

    def __str__(self) -> str:
        return f"{self.head_name}（{self.number}）"


class Resident(models.Model):
    """居民. The document's type and number are unique; the present status is the latest of `statuses`."""

    class Document(models.TextChoices):
        ID_CARD = "id_card", "居民身份证"
        PERMIT = "permit", "港澳台居民居住证"
        PR_CARD = "pr_card", "外国人永久居留身份证"
        BIRTH = "birth", "出生医学证明"

    class Sex(models.TextChoices):
        MALE = "M", "男"
        FEMALE = "F", "女"

    class Status(models.TextChoices):
        ACTIVE = "active", "在册"
        DEAD = "dead", "死亡"
        MOVED = "moved", "迁出"
        ARMY = "army", "参军"
        PRISON = "prison", "服刑"
        EMPLOYEE = "employee", "职工医保"
        ELSEWHERE = "elsewhere", "异地参保"
        MERGED = "merged", "已合并"

    village = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="residents", db_index=False)
    household = models.ForeignKey(
        Household, models.SET_NULL, verbose_name="户", null=True, blank=True, related_name="residents"
    )
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    document_type = models.CharField("证件类型", max_length=8, choices=Document, default=Document.ID_CARD)
    id_number = models.CharField("证件号码", max_length=30)
    birth_date = models.DateField("出生日期")
    sex = models.CharField("性别", max_length=1, choices=Sex)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    address = models.CharField("住址", max_length=120, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ACTIVE)
    status_on = models.DateField("状态起", null=True, blank=True)
    registered_on = models.DateField("登记日期")
    register_batch = models.ForeignKey(
        "residents.RegisterBatch",
        models.PROTECT,
        verbose_name="登记册批次",
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        editable=False,  # batches stay; half a million look-ups are saved
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="并入",
        null=True,
        blank=True,
        related_name="merged_from",
        db_index=False,
    )

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "居民"
        constraints = [models.UniqueConstraint(fields=["document_type", "id_number"], name="one_resident_a_document")]
        indexes = [
            models.Index(fields=["village", "household"], name="resident_village"),
            models.Index(fields=["id_number"], name="resident_number"),
            models.Index(fields=["name", "village"], name="resident_name"),
            # What people remember of a number, and who called.
            models.Index(Right("id_number", 4), "village", name="resident_tail"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="resident_phone"),
            # Nearly nobody was merged.
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="resident_merged"),
        ]

    def __str__(self) -> str:
        return self.name


class StatusEntry(models.Model):
    """A dated status of a resident (死亡, 迁出, 参军 …) with the document or list it comes from."""

    resident = models.ForeignKey(Resident, models.CASCADE, verbose_name="居民", related_name="statuses")
    status = models.CharField("状态", max_length=10, choices=Resident.Status)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    source = models.CharField("依据", max_length=120)
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员状态"
        ordering = ["resident", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="status_ends_after"
            ),
            models.UniqueConstraint(
                fields=["resident", "status", "since"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_status_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}（{self.since} 起）"


class InsuredYear(models.Model):
    """参保年度: a year for which the resident was insured; gaps decide waiting periods."""

    resident = models.ForeignKey(
        Resident, models.CASCADE, verbose_name="居民", related_name="insured_years", db_index=False
    )
    year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("来源", max_length=60)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参保年度"
        constraints = [models.UniqueConstraint(fields=["resident", "year"], name="one_insured_year")]

    def __str__(self) -> str:
        return f"{self.year}年"


class NamePart(models.Model):
    """A name on the register and one thing that it is found by (pinyin.parts). Says nothing of whose name it is."""

    part = models.CharField("查找词", max_length=60, db_collation=names.COLLATION)
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)

    class Meta:
        verbose_name = verbose_name_plural = "姓名查找词"
        constraints = [models.UniqueConstraint(fields=["part", "name"], name="one_part_a_name")]

    def __str__(self) -> str:
        return self.part


class RepaidYear(models.Model):
    """补缴年度: a year without cover whose fee was paid back later: it shortens the waiting, and insures nobody."""

    resident = models.ForeignKey(Resident, models.CASCADE, verbose_name="居民", related_name="repaid_years")
    year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("来源", max_length=60)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补缴年度"
        constraints = [models.UniqueConstraint(fields=["resident", "year"], name="one_repaid_year")]

    def __str__(self) -> str:
        return f"{self.year}年"


class FormerNumber(models.Model):
    """曾用证件号码: a number that a resident was registered by before it was corrected, still written in lists."""

    resident = models.ForeignKey(Resident, models.CASCADE, verbose_name="居民", related_name="former_numbers")
    document_type = models.CharField("证件类型", max_length=8, choices=Resident.Document)
    id_number = models.CharField("证件号码", max_length=30, db_index=True)
    given_up_on = models.DateField("停用日期")
    reason = models.CharField("原因", max_length=120)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    scope_field = "resident__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "曾用证件号码"
        ordering = ["resident", "given_up_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "document_type", "id_number"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_former_number",
            )
        ]

    def __str__(self) -> str:
        return f"{masks.mask(self.id_number)}（{self.given_up_on} 停用）"


class ParentLink(models.Model):
    """父母: the registered mother or father of a child, by the paper that names them."""

    class Relation(models.TextChoices):
        MOTHER = "mother", "母亲"
        FATHER = "father", "父亲"

    child = models.ForeignKey(Resident, models.CASCADE, verbose_name="子女", related_name="parent_links")
    parent = models.ForeignKey(Resident, models.PROTECT, verbose_name="父母", related_name="child_links")
    relation = models.CharField("关系", max_length=6, choices=Relation)
    source = models.CharField("依据", max_length=120)
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    scope_field = "child__village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "父母"
        ordering = ["child", "relation", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "relation"], condition=Q(withdrawn_at__isnull=True), name="one_live_parent_a_relation"
            ),
            models.CheckConstraint(condition=~Q(child=models.F("parent")), name="nobody_is_their_own_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.parent}"
