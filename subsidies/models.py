"""The models of every topic, where Django looks for them; code imports them from their topics."""

from subsidies.campaigns.models import Campaign, PolicyProposal, Target, TargetEntry, Watermark  # noqa: F401
from subsidies.claims.models import Claim, ClaimList  # noqa: F401
from subsidies.openings.models import (  # noqa: F401
    DepartmentDuty,
    NewCounty,
    OpeningStep,
    PlannedTask,
    SplitPerson,
    StaffConfirmation,
    VillageChange,
)
from subsidies.policy.models import PolicyVersion  # noqa: F401
from subsidies.rosters.models import Identity, Roster, RosterRow  # noqa: F401
