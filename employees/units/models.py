from django.db import models

from core.access.scope import ScopedQuerySet
from core.regions.models import Region


class Unit(models.Model):
    """参保单位: an employer, known by its credit code. It ends on a day; what it still owes stays owed."""

    class Kind(models.TextChoices):
        """The codes of `[employees]` in the policy file that belong to units."""

        GOVERNMENT = "government", "机关事业单位"
        SOCIAL = "social", "社会团体、民办非企业单位"
        OUTSIDE = "outside", "机关事业单位不在编人员"
        ENTERPRISE = "enterprise", "企业"
        INDIVIDUAL = "individual", "个体工商户"

    county = models.ForeignKey(Region, models.PROTECT, verbose_name="县", related_name="+")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    name = models.CharField("单位名称", max_length=100)
    kind = models.CharField("单位类型", max_length=12, choices=Kind)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    tax_number = models.CharField("纳税人识别号", max_length=20, blank=True)
    contact_name = models.CharField("经办人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=20, blank=True)
    registered_on = models.DateField("登记日期")
    ended_on = models.DateField("注销日期", null=True, blank=True)

    scope_field = "township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参保单位"
        ordering = ["township", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["county", "credit_code"], name="one_unit_a_credit_code")]

    def __str__(self) -> str:
        return self.name
