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
        """Parsed once in this process. Whoever leaves `text` unread reads it here, and only where it is not on file."""
        if (known := _parsed.get(self.hash)) is None:
            known = _parsed[self.hash] = _on_file(self) or policies.parse(self.text, self.policy_id)
        return known


_parsed: dict[str, policies.Policy] = {}


def _on_file(version: PolicyVersion) -> policies.Policy | None:
    """The policy of the file of this name, if that is this version."""
    try:
        found = policies.load(version.policy_id)
    except policies.PolicyError:
        return None
    return found if found.hash == version.hash else None
