"""Snapshots: what counted before an instant, kept for good."""

from collections.abc import Callable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from config import clock
from core.database.bulk import insert_rows
from reporting.progress import schedule
from reporting.progress.counting import (
    FIGURES,
    VILLAGE_DIGITS,
    Cutoff,
    RegionTally,
    by_region,
    count_villages,
    places_at,
    tally_villages,
    task_of_township,
    tasks_at,
)
from reporting.rankings.models import Snapshot, SnapshotRow
from reporting.rankings.rank import fingerprint
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import close_until

#: The least by which one instant is later than another.
NEXT = timedelta(microseconds=1)


class FrozenRow(NamedTuple):
    """A row of a snapshot that is not saved, in the order in which its fingerprint and its statement write it."""

    region_id: str
    task: int | None
    collected: int
    posted: int
    self_paid: int
    collective: int
    gained: int
    gained_period: int


@transaction.atomic
def build_snapshot(*, campaign: Campaign, kind: str, as_of: datetime, known_at: datetime | None = None) -> Snapshot:
    """The snapshot for an as-of time: the one that is there, or a new one with the same rows as ever.

    `known_at` later than `as_of` makes a correction: contributions reversed as mistakes before it are left out, and
    tasks and villages are those in force at it. Raises ValueError for an instant that has not come yet, WritersBusy
    while a writer holds on to the past.
    """
    known_at = known_at or as_of
    close_until(campaign_id=campaign.pk, until=known_at)
    key = {"campaign": campaign, "kind": kind, "as_of": as_of, "known_at": known_at}
    if found := Snapshot.objects.filter(**key).first():
        return found
    cutoff = cutoff_of(campaign=campaign, kind=kind, as_of=as_of, known_at=known_at)
    rows = rows_of(campaign=campaign, cutoff=cutoff)
    snapshot = Snapshot.objects.create(
        **key, metric=cutoff.metric, built_at=clock.now(), fingerprint=_fingerprint(campaign, kind, cutoff, rows)
    )
    insert_rows(SnapshotRow, ["snapshot", "region", "task", *FIGURES], [[snapshot.pk, *row] for row in rows])
    return snapshot


def count_again(*, campaign: Campaign, kind: str, as_of: datetime) -> Snapshot:
    """A further snapshot of an as-of time, with what is known by now."""
    known_at = known_by_now(campaign=campaign, kind=kind, as_of=as_of)
    return build_snapshot(campaign=campaign, kind=kind, as_of=as_of, known_at=known_at)


def known_by_now(*, campaign: Campaign, kind: str, as_of: datetime) -> datetime:
    """Up to when a further count of an as-of time knows what happened: now, and later than every count before it.

    A business clock that stands would otherwise make the new count the old one.
    """
    counted = Snapshot.objects.filter(campaign=campaign, kind=kind, as_of=as_of).aggregate(last=Max("known_at"))["last"]
    return max(clock.now(), counted + NEXT) if counted else clock.now()


def cutoff_of(*, campaign: Campaign, kind: str, as_of: datetime, known_at: datetime) -> Cutoff:
    """What a snapshot of this kind looks at."""
    policy = campaign.policy
    began = schedule.began(kind, timezone.make_naive(as_of), policy.period)
    return Cutoff(as_of=as_of, known_at=known_at, metric=policy.ranking.metric, period_from=timezone.make_aware(began))


def snapshots_due(*, campaign: Campaign, now: datetime) -> list[tuple[str, datetime]]:
    """(kind, as-of time) of the policy's rankings that should have been built by now and have not been."""
    policy = campaign.policy
    wanted = [
        (due.kind, timezone.make_aware(due.as_of))
        for due in schedule.rankings_due(policy.ranking, policy.period, until=timezone.make_naive(now))
    ]
    built = set(Snapshot.objects.filter(campaign=campaign).values_list("kind", "as_of"))
    return [due for due in wanted if due not in built and due[1] >= campaign.opened_at]


def rows_of(
    *, campaign: Campaign, cutoff: Cutoff, count: Callable[[Campaign, Cutoff], dict[str, RegionTally]] = tally_villages
) -> list[FrozenRow]:
    """The rows of a cutoff: each township, then its villages. `count_villages` counts every contribution."""
    places = places_at(campaign, cutoff.known_at)
    tasks = tasks_at(campaign, cutoff.known_at)
    tallies = by_region(places, count(campaign, cutoff))
    rows = []
    for township in places.townships:
        rows.append((township, task_of_township(township, places, tasks)))
        rows += [(village, tasks.get(village)) for village in places.villages_of(township)]
    figures = attrgetter(*FIGURES)
    return [FrozenRow(code, task, *figures(tallies[code])) for code, task in rows]


def villages_miscounted(snapshot: Snapshot) -> list[str]:
    """Code of each village whose row is not what the contributions themselves give for the snapshot's instant."""
    cutoff = cutoff_of(campaign=snapshot.campaign, kind=snapshot.kind, as_of=snapshot.as_of, known_at=snapshot.known_at)
    frozen = {row.region_id: row for row in snapshot.rows.all()}
    return [
        row.region_id
        for row in rows_of(campaign=snapshot.campaign, cutoff=cutoff, count=count_villages)
        if len(row.region_id) == VILLAGE_DIGITS
        and any(getattr(row, name) != getattr(frozen.get(row.region_id), name, None) for name in FIGURES)
    ]


def rebuild_miscounted(*, campaign: Campaign) -> list[Snapshot]:
    """Count anew, with what is known now, each unpublished snapshot that was taken while a tally was wrong."""
    newest: dict[tuple[str, datetime], Snapshot] = {}
    for snapshot in Snapshot.objects.filter(campaign=campaign).select_related("campaign__policy_version", "ranking"):
        newest.setdefault((snapshot.kind, snapshot.as_of), snapshot)
    return [
        count_again(campaign=campaign, kind=snapshot.kind, as_of=snapshot.as_of)
        for snapshot in newest.values()
        if not hasattr(snapshot, "ranking") and villages_miscounted(snapshot)
    ]


def _fingerprint(campaign: Campaign, kind: str, cutoff: Cutoff, rows: list[FrozenRow]) -> str:
    return fingerprint(
        {
            "county": campaign.county_id,
            "year": campaign.year,
            "kind": kind,
            "metric": cutoff.metric,
            "as_of": timezone.localtime(cutoff.as_of).isoformat(),
            "known_at": timezone.localtime(cutoff.known_at).isoformat(),
            "rows": rows,
        }
    )
