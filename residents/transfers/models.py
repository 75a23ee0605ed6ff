from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.access.scope import ScopedQuerySet
from core.regions.models import Region


class MoveRequest(models.Model):
    """跨县迁移申请: one county asks for somebody whom another county's register still holds; that county answers.

    `resident` and `from_county` are found by number and name together and are never shown to the one who asks: a
    request about nobody waits like any other.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待对方答复"
        AGREED = "agreed", "同意迁出"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    to_county = models.ForeignKey(Region, models.PROTECT, verbose_name="迁入县", related_name="+")
    village = models.ForeignKey(Region, models.PROTECT, verbose_name="迁入村", related_name="+")
    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("证件号码", max_length=30)
    reason = models.CharField("迁移原因和依据", max_length=200)
    evidence = models.ForeignKey("core.Attachment", models.PROTECT, verbose_name="证明", null=True, related_name="+")
    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, verbose_name="居民", null=True, related_name="move_requests"
    )
    from_county = models.ForeignKey(Region, models.PROTECT, verbose_name="迁出县", null=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+")
    asked_at = models.DateTimeField("申请时间")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="答复人", null=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    scope_field = "village_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "跨县迁移申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["to_county", "id_number"], condition=Q(state="waiting"), name="one_waiting_move_request"
            ),
            models.CheckConstraint(
                condition=Q(from_county__isnull=True) | ~Q(from_county=F("to_county")), name="move_between_counties"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}的跨县迁移申请"
