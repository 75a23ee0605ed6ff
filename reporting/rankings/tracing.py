"""From a published figure back to the contributions it counted, also months later."""

from collection.contributions.models import Contribution
from core.access.scope import ScopedQuerySet
from core.regions.models import Region
from reporting.progress.counting import tree_at, within
from reporting.rankings.models import Ranking
from reporting.rankings.snapshots import cutoff_of


def counted(*, ranking: Ranking, region: Region) -> ScopedQuerySet[Contribution]:
    """The contributions that the ranking counted in a township or village. To be scoped before names are shown."""
    snapshot = ranking.snapshot
    cutoff = cutoff_of(campaign=ranking.campaign, kind=ranking.kind, as_of=ranking.as_of, known_at=snapshot.known_at)
    here = within(tree_at(ranking.campaign, snapshot.known_at), region.code)
    rows = Contribution.objects.filter(here, cutoff.counted(snapshot.metric), campaign=ranking.campaign)
    return rows.select_related("resident", "village").order_by("village_id", "resident_id", "pk")


def published_figure(ranking: Ranking, region: Region) -> int | None:
    """What the ranking published for the region; None if it does not stand in it."""
    rows = ranking.content["townships"] if region.level == Region.Level.TOWNSHIP else ranking.villages
    return next((row["done"] for row in rows if row["code"] == region.code), None)
