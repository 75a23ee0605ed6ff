"""意外伤害补充保险 in a policy: whether a county lets it be organised beside the campaign at all. Pure."""

from dataclasses import dataclass

from subsidies.policy.parts import Sourced


@dataclass(frozen=True, kw_only=True, eq=False)
class Accident(Sourced):
    """A voluntary commercial cover. `allowed` is false where the notice forbids collecting for it (内乡 四（一）6)."""

    allowed: bool
    insurer: str = ""
