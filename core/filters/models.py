from django.conf import settings
from django.db import models


class SavedFilter(models.Model):
    """常用筛选: a list as somebody uses it often, under a name of their own. `query` is the address behind "?"."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="filters")
    path = models.CharField("页面", max_length=200)
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "path", "name"], name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name
