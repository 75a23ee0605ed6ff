from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from subsidies.campaigns.models import Campaign


class BulletinTemplate(models.Model):
    """通报模板: the county's own Word template; the newest one is used, and none means the standard one."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="bulletin_templates")
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, null=True, related_name="+")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    set_at = models.DateTimeField("上传时间")

    scope_field = "campaign__county_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报模板"
        ordering = ["-id"]
