"""资金去向: where the collected money stood at the end of a day, by township and village, down to what moved it.

Today's balances are the accounts; an earlier day's are the accounts less what moved since, so that a page about last
Friday reads a week's movements and not the campaign's.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from collection.cash.models import Deposit
from collection.money.models import Movement, Place, VillageAccount
from collection.money.rules import BALANCES, FIELDS, Kind
from core.access.scope import ScopedQuerySet
from core.amounts import ZERO
from core.database.money import YuanSum
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


@dataclass(slots=True)
class Balance:
    """What was collected and where it stands, in yuan. `unverified`: banked by the slip, not verified yet."""

    region: Region
    collected: Decimal = ZERO
    in_hand: Decimal = ZERO
    township: Decimal = ZERO
    clearing: Decimal = ZERO
    treasury: Decimal = ZERO
    refunded: Decimal = ZERO
    unverified: Decimal = ZERO
    villages: list["Balance"] = field(default_factory=list)

    def add(self, other: "Balance") -> None:
        for name in (*BALANCES, "unverified"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def unverified_note(self) -> str:
        return f"其中 {self.unverified:,.2f} 元已缴存待核验" if self.unverified else ""

    @property
    def adds_up(self) -> bool:
        return self.collected == self.in_hand + self.township + self.clearing + self.treasury + self.refunded


def deltas(rows: ScopedQuerySet) -> dict[str, dict[str, Decimal]]:
    """What movements did to each village's balances: {village: {"in_hand": …, …, "collected": …, "refunded": …}}."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(BALANCES, ZERO))
    grouped = rows.order_by().values_list("village_id", "kind", "from_place", "to_place", "reverses__kind")
    for village, kind, from_place, to_place, reversed_kind, amount in grouped.annotate(sum=YuanSum("amount")):
        balances = sums[village]
        if from_place in FIELDS:
            balances[FIELDS[from_place]] -= amount
        if to_place in FIELDS:
            balances[FIELDS[to_place]] += amount
        if Place.OUTSIDE in (from_place, to_place):
            gone = Kind.REFUND in (kind, reversed_kind)
            inward = from_place == Place.OUTSIDE
            balances["refunded" if gone else "collected"] += amount if inward != gone else -amount
    return sums


def balances(*, campaign: Campaign, region: str, on: date) -> tuple[Balance, list[Balance]]:
    """(total, townships) at the end of the day `on`; each township carries its villages; four statements."""
    since = deltas(Movement.objects.filter(campaign=campaign, on__gt=on).in_region(region))
    waiting = dict(
        Deposit.objects.filter(campaign=campaign, state=Deposit.State.PENDING, paid_on__lte=on)
        .in_region(region)
        .order_by()
        .values_list("village_id")
        .annotate(sum=YuanSum("amount"))
    )
    accounts = {row.village_id: row for row in VillageAccount.objects.filter(campaign=campaign).in_region(region)}
    villages = Region.objects.filter(level=Region.Level.VILLAGE).in_region(campaign.county_id).in_region(region)
    total = Balance(campaign.county)
    townships: dict[str, Balance] = {}
    for village in villages.select_related("parent").order_by("code"):
        line = Balance(village, unverified=waiting.get(village.pk, ZERO))
        if account := accounts.get(village.pk):
            for name in BALANCES:
                setattr(line, name, getattr(account, name) - since[village.pk][name])
        assert village.parent is not None  # noqa: S101 - a village stands in a township
        township = townships.setdefault(village.parent.pk, Balance(village.parent))
        township.add(line)
        township.villages.append(line)
        total.add(line)
    return total, list(townships.values())


def recount(*, campaign: Campaign) -> list[dict[str, Any]]:
    """Accounts that do not equal the sum of their movements: [{"village", "account", "movements"}]; empty if all do.

    Reads every movement of the campaign: for the nightly check and for tests, not for pages.
    """
    sums, wrong = deltas(Movement.objects.filter(campaign=campaign)), []
    for account in VillageAccount.objects.filter(campaign=campaign):
        kept = {name: getattr(account, name) for name in BALANCES}
        told = sums.pop(account.village_id, dict.fromkeys(BALANCES, ZERO))
        if kept != told:
            wrong.append({"village": account.village_id, "account": kept, "movements": told})
    return wrong + [{"village": village, "account": None, "movements": told} for village, told in sums.items()]


def movements_of(*, campaign: Campaign, village: str, on: date) -> ScopedQuerySet:
    """The village's movements up to a day, the latest first, with their receipt or slip."""
    return (
        Movement.objects.filter(campaign=campaign, village=village, on__lte=on)
        .select_related(
            "contribution__resident",
            "contribution__receipt",
            "deposit",
            "declaration",
            "refund",
            "actor",
            "reverses",
            "reversed_by",
        )
        .order_by("-on", "-id")
    )
