from reporting.models.rankings import BulletinTemplate, Ranking, RewardTier
from reporting.models.reports import TownshipReport
from reporting.models.snapshots import Kind, Snapshot, SnapshotRow

__all__ = ["BulletinTemplate", "Kind", "Ranking", "RewardTier", "Snapshot", "SnapshotRow", "TownshipReport"]
