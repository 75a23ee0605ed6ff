"""The steps of preparing a year. Apps above add theirs in `ready()`; the pages and the opening know them all.

A step's content is changed and confirmed by people; whoever changes it undoes its confirmation. A step nobody touched
and that has nothing to say is still to be confirmed: silence is no answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.accounts.models import User
from subsidies.campaigns.models import Campaign, PolicyProposal


@dataclass(frozen=True)
class StepState:
    """How far a step is, in a sentence; what is missing to confirm it; and what forbids to open the year at all."""

    says: str
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def open_points(self) -> list[str]:
        return [*self.problems, *self.missing]


@dataclass(frozen=True)
class PlannedStep:
    """`look` says how far it is; `apply` puts what was prepared into force when the year opens."""

    key: str
    title: str
    order: int
    url_name: str
    look: Callable[[PolicyProposal], StepState]
    apply: Callable[[PolicyProposal, Campaign, User], None] | None = None


_steps: dict[str, PlannedStep] = {}


def add_step(step: PlannedStep) -> None:
    """Make a step known. Adding twice is adding once."""
    _steps[step.key] = step


def all_steps() -> list[PlannedStep]:
    """Every step in the order of the work."""
    return sorted(_steps.values(), key=lambda step: step.order)


def step_called(key: str) -> PlannedStep | None:
    return _steps.get(key)


def _look_at_policy(proposal: PolicyProposal) -> StepState:
    """Amounts that are not set do not forbid the opening: whom they concern is told so until they are."""
    policy = proposal.policy
    not_set = [category.name for category in policy.categories if category.subsidy is None]
    says = f"{len(policy.assumptions)} 项文件没有写明、按处理口径办理"
    return StepState(f"{says}；金额未定：{'、'.join(not_set)}。" if not_set else f"{says}；金额都已确定。")


POLICY = PlannedStep("policy", "政策口径", 10, "proposal", _look_at_policy)
