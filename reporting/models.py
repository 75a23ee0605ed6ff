"""The models of every topic, where Django looks for them; code imports them from their topics."""

from reporting.bulletins.models import BulletinTemplate  # noqa: F401
from reporting.comparison.models import PopulationFigure  # noqa: F401
from reporting.rankings.models import (  # noqa: F401
    BulletinEdit,
    FigureSignature,
    Ranking,
    RankingKind,
    RewardTier,
    Snapshot,
    SnapshotRow,
)
from reporting.reports.models import TownshipReport  # noqa: F401
from reporting.supervision.models import Activity, Finding, Measure, Post  # noqa: F401
