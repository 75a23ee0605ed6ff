from django.conf import settings
from django.db import models


class TaxFile(models.Model):
    """A spreadsheet of the tax bureau, read by a worker; the same file twice is recognised by its digest."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READ = "read", "已读取"
        REFUSED = "refused", "不能读取"

    #: The name of the file's kind, of its job (`<KIND>.read`) and of its audit events.
    KIND: str

    attachment = models.ForeignKey("residents.Attachment", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=8, choices=State, default=State.READING)
    problem = models.CharField("问题", max_length=300, blank=True)
    lines = models.PositiveIntegerField("行数", default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+")
    uploaded_at = models.DateTimeField("导入时间")

    class Meta:
        abstract = True
        ordering = ["-id"]
