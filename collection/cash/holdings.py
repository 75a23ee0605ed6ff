"""Cash in villages' hands where a county sets no 双限: how much, since when, with whom; the oldest is banked first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from collection.duties.services import events
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import ZERO
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


@dataclass(frozen=True)
class Holding:
    """A village that holds cash: how much, the day the oldest of it was taken, and its helpers."""

    village: Region
    in_hand: Decimal
    since: date
    days: int
    helpers: list[str]

    @property
    def kept(self) -> str:
        """For how long the oldest of it has been held, in words."""
        return f"已留 {self.days} 天"


def oldest_in_hand(
    taken: Iterable[tuple[date, Decimal]], deposited: Iterable[tuple[date, Decimal]]
) -> tuple[Decimal, date | None]:
    """Return what is not banked and the day the oldest of it was taken; deposits pay for the oldest cash first."""
    banked = sum((amount for _, amount in deposited), ZERO)
    left, since = ZERO, None
    for day, amount in sorted(taken):
        used = min(banked, amount)
        banked -= used
        if amount > used:
            left, since = left + amount - used, since or day
    return left, since


def holdings(*, campaign: Campaign, region: str, as_of: date) -> list[Holding]:
    """Every village of the region with cash in its hands on a day, the longest held first; four statements."""
    villages = {
        village.pk: village
        for village in Region.objects.filter(level=Region.Level.VILLAGE)
        .in_region(campaign.county_id)
        .in_region(region)
        .select_related("parent")
    }
    taken, deposited = events(campaign, villages, as_of)
    helpers: dict[str, list[str]] = {}
    active = User.objects.in_region(region).filter(role=Role.VILLAGE, is_active=True).order_by("pk")
    for place, name in active.values_list("region_id", "name"):
        helpers.setdefault(place, []).append(name)
    found = []
    for code, village in villages.items():
        left, since = oldest_in_hand(taken[code], deposited[code])
        if since is not None:
            found.append(Holding(village, left, since, (as_of - since).days, helpers.get(code, [])))
    return sorted(found, key=lambda one: (one.since, -one.in_hand, one.village.pk))
