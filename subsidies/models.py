"""The models of every topic, where Django looks for them; code imports them from their topics."""

from subsidies.campaigns.models import Campaign, PolicyProposal, Target, TargetEntry, Watermark  # noqa: F401
from subsidies.policy.models import PolicyVersion  # noqa: F401
from subsidies.rosters.models import Identity, Roster, RosterRow  # noqa: F401
