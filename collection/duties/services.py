"""双限 on the database: each village's position kept beside its events, and the boards read from it.

A position follows from the village's own receipts and deposits alone (collection/duties/rules.py). `refresh` is called
by the services that change them, in their transaction and under the village's account lock; nothing else writes it. A
slip counts from its date as soon as it is recorded, verified or not, and a rejected one as if it had never been; what
is not verified yet is shown beside.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q

from collection.cash.models import Deposit
from collection.duties import rules as duties
from collection.duties import wording
from collection.duties.models import VillageDuty
from collection.duties.rules import Cash, Duty, InHand, Limit, Outlook, Reason, Standing, Status
from collection.duties.warnings import Steps
from collection.money.models import Movement, Place
from config import clock
from core.amounts import ZERO
from core.database.money import YuanSum
from core.pages.drawn import once_a_page
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

_WORST_FIRST = list(Status)
#: What is kept beside a village's position.
_KEPT = ("position", "unverified", "unverified_since")


def limit_of(campaign: Campaign) -> Limit | None:
    """The county's 双限; None where its policy sets none."""
    found = campaign.policy.deposit_limit
    return Limit(found.days, found.amount) if found else None


def steps_of(campaign: Campaign) -> Steps:
    """When to warn, by the policy; the usual steps where it says nothing."""
    found = campaign.policy.warnings
    return Steps(found.at_share, found.on_days, found.on_due_day, found.daily_when_late) if found else Steps()


def refresh(*, campaign: Campaign, villages: Iterable[str]) -> None:
    """Works out these villages' positions anew from their events, in five statements. Under their account locks."""
    limit, codes = limit_of(campaign), sorted(set(villages))
    if limit is None or not codes:
        return
    positions = _replayed(campaign, limit, codes, date.max)
    pending = {
        row["village"]: row
        for row in Deposit.objects.filter(campaign=campaign, village__in=codes, state=Deposit.State.PENDING)
        .order_by()
        .values("village")
        .annotate(sum=YuanSum("amount"), since=Min("paid_on"))
    }
    VillageDuty.objects.bulk_create(
        [
            VillageDuty(
                campaign=campaign,
                village_id=code,
                position=to_json(positions[code]),
                unverified=pending[code]["sum"] if code in pending else ZERO,
                unverified_since=pending[code]["since"] if code in pending else None,
            )
            for code in codes
        ],
        update_conflicts=True,
        unique_fields=["campaign", "village"],
        update_fields=["position", "unverified", "unverified_since"],
        batch_size=500,
    )


def events(campaign: Campaign, villages: Iterable[str], until: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """({village: [(day, cash taken)]}, {village: [(day, deposited)]}), summed by day, in three statements.

    Cash taken by the helper only: no self-payment, no collective's gift. What was reversed is taken off the day it was
    collected on; there are few reversals, so that costs less than asking of each receipt whether it was reversed.
    """
    codes = list(villages)
    taken: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    deposited: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    moved = Movement.objects.filter(campaign=campaign, village__in=codes).order_by()
    cash = moved.filter(kind=Movement.Kind.COLLECT, to_place=Place.VILLAGE, on__lte=until)
    for village, day, amount in cash.values_list("village_id", "on").annotate(sum=YuanSum("amount")):
        taken[village][day] += amount
    undone = moved.filter(
        kind=Movement.Kind.REVERSAL,
        from_place=Place.VILLAGE,
        reverses__kind=Movement.Kind.COLLECT,
        reverses__on__lte=until,
    )
    for village, day, amount in undone.values_list("village_id", "reverses__on").annotate(sum=YuanSum("amount")):
        taken[village][day] -= amount
    slips = Deposit.objects.filter(campaign=campaign, village__in=codes, paid_on__lte=until).exclude(
        state=Deposit.State.REJECTED
    )
    for village, day, amount in slips.order_by().values_list("village_id", "paid_on").annotate(sum=YuanSum("amount")):
        deposited[village].append((day, amount))
    kept = {village: [(day, amount) for day, amount in days.items() if amount] for village, days in taken.items()}
    return defaultdict(list, kept), deposited


def _replayed(campaign: Campaign, limit: Limit, codes: Collection[str], until: date) -> dict[str, InHand]:
    """Each village's position after its last event up to `until`."""
    taken, deposited = events(campaign, codes, until)
    positions = {}
    for code in codes:
        last = max((day for day, _ in taken[code] + deposited[code]), default=date.min)
        positions[code] = duties.replay(limit, taken[code], deposited[code], last)
    return positions


@dataclass(frozen=True, slots=True)
class VillageStanding:
    """A line of the board: a village, how it stands on the day, what the next day brings, what is not verified."""

    village: Region
    standing: Standing
    position: InHand
    limit: Limit
    unverified: Decimal = ZERO
    unverified_since: date | None = None

    @property
    def outlook(self) -> Outlook:
        """Worked out where it is shown: first pages have no use for it."""
        return duties.tomorrow(self.position, self.limit, self.standing.as_of)

    @property
    def days_late(self) -> int:
        return (self.standing.as_of - self.standing.late_since).days if self.standing.late_since else 0

    @property
    def badge(self) -> dict[str, Any]:
        """How the status looks: for the tag `badge`."""
        status = self.standing.status
        return {"kind": wording.STATUS_KINDS[status], "text": wording.STATUS_WORDS[status]}

    @property
    def due_note(self) -> str:
        left = self.standing.days_left
        if left is None:
            return ""
        return f"还有 {left} 天" if left > 0 else f"已过 {-left} 天" if left < 0 else "就是今天"

    @property
    def late_note(self) -> str:
        return f"自 {self.standing.late_since:%Y-%m-%d} 起，{self.days_late} 天" if self.days_late else ""

    @property
    def unverified_note(self) -> str:
        return f"最早回单 {self.unverified_since:%Y-%m-%d}" if self.unverified_since else ""

    @property
    def risk(self) -> tuple[int, int, Decimal, date, Decimal, Decimal, str]:
        """Sorts the worst first: late by how long and how much, then due soonest, then the most cash; then by code."""
        found = self.standing
        return (
            _WORST_FIRST.index(found.status),
            -self.days_late,
            -found.late,
            found.due or date.max,
            -found.in_hand,
            -found.surplus,
            self.village.pk,
        )


def board(*, campaign: Campaign, region: str, as_of: date | None = None) -> list[VillageStanding]:
    """Every village of the region on a day, today if none is given; the worst first. A constant number of statements.

    Empty where the county has no 双限.
    """
    places = Region.objects.in_region(campaign.county_id).in_region(region).in_bulk()
    villages = [place for place in places.values() if place.level == Region.Level.VILLAGE]
    for village in villages:
        if township := places.get(village.parent_id or ""):
            village.parent = township  # one object for all its villages
    return _lines(campaign, villages, region, as_of)


def todays_board(*, campaign: Campaign, region: str) -> list[VillageStanding]:
    """The board of today, worked out once for the to-dos and panels of one first page."""
    return once_a_page(f"board:{campaign.pk}:{region}", lambda: board(campaign=campaign, region=region))


def of_village(*, campaign: Campaign, village: Region, as_of: date | None = None) -> VillageStanding | None:
    """One village's line; None where the county has no 双限."""
    return next(iter(_lines(campaign, [village], village.pk, as_of)), None)


def _lines(campaign: Campaign, villages: Iterable[Region], region: str, as_of: date | None) -> list[VillageStanding]:
    """The lines of these villages, which stand in the region with this code; the worst first."""
    limit, as_of = limit_of(campaign), as_of or clock.today()
    if limit is None:
        return []
    rows = VillageDuty.objects.filter(campaign=campaign).in_region(region)
    positions, kept = {}, {}
    for code, position, unverified, since in rows.values_list("village_id", *_KEPT):
        positions[code], kept[code] = from_json(position), (unverified, since)
    ahead = [code for code, position in positions.items() if position.reached and position.reached > as_of]
    positions.update(_replayed(campaign, limit, ahead, as_of) if ahead else {})
    lines = []
    for village in villages:
        position = positions.get(village.pk, duties.EMPTY)
        lines.append(
            VillageStanding(
                village,
                duties.standing(position, limit, as_of),
                position,
                limit,
                *kept.get(village.pk, (ZERO, None)),
            )
        )
    return sorted(lines, key=lambda line: line.risk)


def rebuild(*, campaign: Campaign) -> int:
    """Works out every village with an event anew; for repairs and tests. Returns how many."""
    has_events = Q(campaign=campaign)
    codes = set(Movement.objects.filter(has_events).order_by().values_list("village_id", flat=True).distinct())
    codes |= set(Deposit.objects.filter(has_events).order_by().values_list("village_id", flat=True).distinct())
    refresh(campaign=campaign, villages=codes)
    return len(codes)


def to_json(position: InHand) -> dict[str, Any]:
    """A position as plain JSON: days ISO, amounts as strings."""
    return {
        "reached": position.reached and position.reached.isoformat(),
        "owed": [[cash.taken_on.isoformat(), str(cash.amount)] for cash in position.owed],
        "fresh": [[cash.taken_on.isoformat(), str(cash.amount)] for cash in position.fresh],
        "surplus": str(position.surplus),
        "duties": [
            [
                duty.opened.isoformat(),
                duty.due.isoformat(),
                duty.reason.value,
                str(duty.amount),
                str(duty.outstanding),
                duty.settled and duty.settled.isoformat(),
            ]
            for duty in position.duties
        ],
    }


def from_json(kept: dict[str, Any]) -> InHand:
    """The position that `to_json` wrote; an empty one for {}."""
    if not kept:
        return duties.EMPTY
    day = date.fromisoformat
    return InHand(
        reached=kept["reached"] and day(kept["reached"]),
        owed=tuple(Cash(day(on), Decimal(amount)) for on, amount in kept["owed"]),
        fresh=tuple(Cash(day(on), Decimal(amount)) for on, amount in kept["fresh"]),
        surplus=Decimal(kept["surplus"]),
        duties=tuple(
            Duty(day(opened), day(due), Reason(reason), Decimal(amount), Decimal(outstanding), settled and day(settled))
            for opened, due, reason, amount, outstanding, settled in kept["duties"]
        ),
    )
