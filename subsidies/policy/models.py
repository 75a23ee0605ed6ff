from functools import lru_cache

from django.db import models

from subsidies.policy import policies


class PolicyVersion(models.Model):
    """政策版本: the exact text of a policy file, by its hash. What was quoted keeps the version it was quoted with."""

    hash = models.CharField("摘要", max_length=64, primary_key=True)
    policy_id = models.CharField("政策", max_length=20, db_index=True)
    text = models.TextField("原文")
    loaded_at = models.DateTimeField("载入时间")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["policy_id", "-loaded_at"]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.hash[:8]}"

    @property
    def policy(self) -> policies.Policy:
        return _parsed(self.text, self.policy_id)


@lru_cache(maxsize=64)
def _parsed(text: str, policy_id: str) -> policies.Policy:
    return policies.parse(text, policy_id)
