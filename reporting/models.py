"""The models of every topic, where Django looks for them; code imports them from their topics."""

from reporting.bulletins.models import BulletinTemplate  # noqa: F401
from reporting.rankings.models import Ranking, RankingKind, RewardTier, Snapshot, SnapshotRow  # noqa: F401
from reporting.reports.models import TownshipReport  # noqa: F401
