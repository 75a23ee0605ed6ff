"""What public finance pays a head, by tier of government. Frozen values, as in parts.py."""

from dataclasses import dataclass

from subsidies.policy.parts import Sourced
from subsidies.policy.schema import Money


@dataclass(frozen=True, kw_only=True, eq=False)
class FinanceShare(Sourced):
    """What one tier of government pays of the subsidy a head; `not_set` names the paper that is to say how much."""

    tier: str
    amount: Money | None = None
    not_set: str | None = None
