from subsidies.models.campaigns import Campaign, Identity, PolicyVersion, Target, TargetEntry
from subsidies.models.instants import CountingLine
from subsidies.models.rosters import Roster, RosterRow

__all__ = ["Campaign", "CountingLine", "Identity", "PolicyVersion", "Roster", "RosterRow", "Target", "TargetEntry"]
