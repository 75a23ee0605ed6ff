"""`manage.py check` refuses a policy file that cannot be used, by file, key and line."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db import DatabaseError, connection

from subsidies.policy import policies
from subsidies.policy.checks import check_together


@checks.register("policies")
def policy_files(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    good, found = [], []
    for policy_id in policies.available():
        try:
            good.append(policies.read(policy_id))
        except policies.PolicyError as error:
            found.append(error)
    found += check_together(tuple(good))
    hint = "改正 subsidies/policy/policies 里的这个文件。"
    return [checks.Error(str(error), hint=hint, id="subsidies.E001") for error in found]


@checks.register(checks.Tags.database)
def policies_in_use(app_configs: object, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A changed file does not change a running campaign: it keeps its version until the bureau adopts the new one."""
    from subsidies.campaigns.models import Campaign
    from subsidies.campaigns.services import changed_policies

    if not databases or Campaign._meta.db_table not in connection.introspection.table_names():
        return []
    try:
        changed = changed_policies()
    except DatabaseError:  # `migrate` asks before it has brought the tables to this version
        return []
    hint = "由医保局在“政策口径”页采用新版本，或把文件改回去。"
    return [
        checks.Warning(
            f"{campaign}仍按政策版本 {campaign.policy_version_id[:8]} 执行，"
            f"文件 {rules.id}.toml 已改成 {rules.hash[:8]}。",
            hint=hint,
            id="subsidies.W001",
        )
        for campaign, rules in changed
    ]
