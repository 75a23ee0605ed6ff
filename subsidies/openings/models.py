from django.conf import settings
from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from subsidies.campaigns.models import Campaign, PolicyProposal


class OpeningStep(models.Model):
    """开征准备: a step of preparing a year, who changed it last and who confirmed it since."""

    proposal = models.ForeignKey(PolicyProposal, models.CASCADE, verbose_name="拟用口径", related_name="steps")
    key = models.CharField("步骤", max_length=20)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", null=True, related_name="+"
    )
    changed_at = models.DateTimeField("办理时间", null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)

    scope_field = "proposal__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开征准备步骤"
        constraints = [models.UniqueConstraint(fields=["proposal", "key"], name="one_step_a_proposal")]


class VillageChange(models.Model):
    """区划变动: how a village of the new year differs from last year's; carried out when the year opens."""

    class Kind(models.TextChoices):
        TOWNSHIP = "township", "新增乡镇"
        ADDED = "added", "新增"
        SPLIT = "split", "拆分"
        RENAMED = "renamed", "更名"
        MERGED = "merged", "合并"

    proposal = models.ForeignKey(
        PolicyProposal, models.CASCADE, verbose_name="拟用口径", related_name="village_changes"
    )
    kind = models.CharField("变动", max_length=10, choices=Kind)
    code = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    old_code = models.CharField("原代码", max_length=12, blank=True)
    old_name = models.CharField("原名", max_length=60, blank=True)
    document = models.CharField("依据", max_length=120)

    scope_field = "proposal__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区划变动"
        ordering = ["code", "old_code"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "kind", "code", "old_code"], name="one_village_change")
        ]


class SplitPerson(models.Model):
    """拆分划出人员: somebody who goes to the new village when theirs is split."""

    change = models.ForeignKey(VillageChange, models.CASCADE, verbose_name="拆分", related_name="people")
    resident = models.ForeignKey("residents.Resident", models.CASCADE, verbose_name="居民", related_name="+")

    scope_field = "change__proposal__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拆分划出人员"
        constraints = [models.UniqueConstraint(fields=["change", "resident"], name="one_split_a_person")]


class PlannedTask(models.Model):
    """拟定任务: what a village is to bring in, from last year's insured by the stated rule, as it was adjusted."""

    proposal = models.ForeignKey(PolicyProposal, models.CASCADE, verbose_name="拟用口径", related_name="tasks")
    village_code = models.CharField("区划代码", max_length=12)
    insured_before = models.PositiveIntegerField("上年参保人数")
    proposed = models.PositiveIntegerField("按办法算出的任务")
    people = models.PositiveIntegerField("任务人数")

    scope_field = "proposal__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拟定任务"
        ordering = ["village_code"]
        constraints = [models.UniqueConstraint(fields=["proposal", "village_code"], name="one_planned_task")]


class StaffConfirmation(models.Model):
    """人员确认: who stands for a village or township in the new year, as it was confirmed."""

    proposal = models.ForeignKey(PolicyProposal, models.CASCADE, verbose_name="拟用口径", related_name="staff")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", related_name="+")
    people = models.CharField("人员", max_length=300, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+")
    confirmed_at = models.DateTimeField("确认时间")

    scope_field = "proposal__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员确认"
        constraints = [models.UniqueConstraint(fields=["proposal", "region"], name="one_staff_confirmation")]


class DepartmentDuty(models.Model):
    """部门任务: what a department has to do by a day. To certify its marks again is answered by its own lists."""

    class Kind(models.TextChoices):
        CERTIFY = "certify", "重新认定"
        OTHER = "other", "其他"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    proposal = models.ForeignKey(
        PolicyProposal, models.CASCADE, verbose_name="拟用口径", null=True, related_name="duties"
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="征缴年度", null=True, related_name="department_duties"
    )
    department = models.CharField("部门", max_length=20)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    title = models.CharField("任务", max_length=120)
    due_on = models.DateField("完成期限")
    ends_on = models.DateField("到期终止日", null=True, blank=True)
    document = models.CharField("依据", max_length=120, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="下达人", related_name="+")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办结人", null=True, related_name="+"
    )
    done_at = models.DateTimeField("办结时间", null=True)
    note = models.CharField("办理情况", max_length=200, blank=True)
    ending = models.ForeignKey("Roster", models.PROTECT, verbose_name="终止名单", null=True, related_name="+")

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门任务"
        ordering = ["due_on", "department", "id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "department", "title"], name="one_duty_a_title"),
            models.UniqueConstraint(fields=["campaign", "department", "title"], name="one_duty_a_title_and_year"),
            models.CheckConstraint(
                condition=Q(proposal__isnull=False) | Q(campaign__isnull=False), name="duty_of_a_year"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("due_on")), name="duty_ends_after_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}：{self.title}"


class NewCounty(models.Model):
    """新县接入: a county asked for by one office's system officer and let in by its security officer."""

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        CONFIRMED = "confirmed", "已接入"
        REFUSED = "refused", "不同意"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="申请单位", related_name="+")
    code = models.CharField("县代码", max_length=6)
    name = models.CharField("县名称", max_length=60)
    policy_file = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="政策文件", related_name="+")
    village_file = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="村名单", related_name="+")
    officers = models.JSONField("三员姓名")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    reason = models.CharField("不同意的原因", max_length=200, blank=True)

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "新县接入"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(state="waiting"), name="one_waiting_request_a_county"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("requested_by")),
                name="new_county_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"
