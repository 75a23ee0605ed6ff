from django.db import models
from django.db.models import Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from employees.units.models import Unit
from residents.people import names


class Member(models.Model):
    """参保职工: somebody insured as an employee or as a flexible worker; the same person as in the residents' register
    where the numbers are the same."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    name = models.CharField("姓名", max_length=60, db_collation=names.COLLATION)
    id_number = models.CharField("证件号码", max_length=30)
    resident = models.ForeignKey(
        "residents.Resident", models.SET_NULL, verbose_name="居民档案", null=True, blank=True, related_name="members"
    )

    scope_field = "county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参保职工"
        constraints = [models.UniqueConstraint(fields=["county", "id_number"], name="one_member_a_number")]

    def __str__(self) -> str:
        return self.name


class Employment(models.Model):
    """参保关系: a member with a unit, or as a flexible worker (no unit), by month.

    Months are the first of the month. `joined` is the first month insured, `left` the first month that is not.
    """

    member = models.ForeignKey(Member, models.PROTECT, verbose_name="职工", related_name="employments")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", null=True, related_name="employments")
    joined = models.DateField("参保月份")
    left = models.DateField("停保月份", null=True, blank=True)

    scope_field = "member__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参保关系"
        ordering = ["member", "joined", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left__isnull=True) | Q(left__gte=models.F("joined")), name="employment_ends_after"
            ),
            models.UniqueConstraint(
                fields=["member", "unit"], condition=Q(left__isnull=True), name="one_employment_a_unit"
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(left__isnull=True, unit__isnull=True), name="one_flexible_a_member"
            ),
        ]
        indexes = [models.Index(fields=["unit", "left"], name="employment_unit")]

    def __str__(self) -> str:
        return f"{self.member}（{self.unit or '灵活就业'}）"
