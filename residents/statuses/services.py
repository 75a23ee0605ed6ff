"""Set and take back dated statuses (死亡, 迁出, 参军 …), of one person or of thousands; both ways are facts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, chunks, insert_objects, update_rows
from core.database.objects import new_object, read_objects
from core.refusals import Refused
from core.text import clean_text, required_text
from residents.people.facts import FactChange, FactKind, StatusFact, record_facts
from residents.people.models import Resident, StatusEntry
from residents.statuses import rules
from residents.statuses.rules import RegisteredStatuses
from residents.statuses.selectors import standings

Status = Resident.Status
LABELS = {str(value): str(label) for value, label in Status.choices}


@dataclass(frozen=True, slots=True)
class NewStatus:
    """Whose status changes, since when, by which paper."""

    resident_id: int
    since: date
    source: str


@dataclass(slots=True)
class Outcome:
    """Whose status was set, who had it already, and why others were refused."""

    written: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    refused: dict[int, rules.Refusal] = field(default_factory=dict)


def set_status(
    *, resident: Resident, status: str, since: date, source: str, actor: User | None, batch: str = ""
) -> bool:
    """Set a dated status or the return to 在册; end the one before. Return False if it was registered already."""
    source = clean_text(source, "依据", 120)
    entry = NewStatus(resident.pk, since, source)
    outcome = set_statuses(status=status, entries=[entry], actor=actor, batch=batch)
    if refusal := outcome.refused.get(resident.pk):
        raise Refused(refusal.message, refusal.field)
    return bool(outcome.written)


@transaction.atomic
def set_statuses(*, status: str, entries: Collection[NewStatus], actor: User | None, batch: str = "") -> Outcome:
    """Set one status of many people, each since a day of their own; whom the rules refuse is left as they are.

    A constant number of statements for every 10,000. Of two entries about one person the first counts.
    """
    outcome = Outcome()
    for chunk in chunks({entry.resident_id: entry for entry in reversed(list(entries))}.values(), BULK):
        _set_chunk(status, chunk, actor, batch, outcome)
    return outcome


def _set_chunk(status: str, entries: list[NewStatus], actor: User | None, batch: str, outcome: Outcome) -> None:
    ids = {entry.resident_id for entry in entries}
    people = {r.pk: r for r in read_objects(Resident.objects.select_for_update().filter(pk__in=ids).order_by("pk"))}
    standing, today, accepted = standings(people.values()), clock.today(), []
    for entry in entries:
        pk = entry.resident_id
        if rules.is_registered(standing[pk], status, entry.since) and standing[pk].status != Status.MERGED:
            outcome.known.append(pk)
        elif refusal := rules.refusal_of(standing[pk], status, entry.since, today=today, labels=LABELS):
            outcome.refused[pk] = refusal
        else:
            accepted.append(entry)
    if not accepted:
        return
    new = [entry.resident_id for entry in accepted]
    now = clock.now()
    insert_objects(
        new_object(
            StatusEntry, {}, resident_id=e.resident_id, status=status, since=e.since, source=e.source, recorded_at=now
        )
        for e in accepted
    )
    # The rules let no entry come before another one of the person: the new one is the latest.
    update_rows(Resident, ["status", "status_on"], [[e.resident_id, status, e.since.isoformat()] for e in accepted])
    if followed := [pk for pk in new if standing[pk].entries]:
        _end_entries(followed)
    audit.record_all(
        [_event(people[e.resident_id], standing[e.resident_id], status, e.since, actor, batch) for e in accepted]
    )
    outcome.written += new
    record_facts(
        [FactChange(e.resident_id, FactKind.STATUS, None, StatusFact(status, e.since, e.source)) for e in accepted],
        actor=actor,
        batch=batch,
    )


def _event(
    resident: Resident, before: RegisteredStatuses, status: str, since: date, actor: User | None, batch: str
) -> audit.Unsaved:
    return audit.event(
        "status.set",
        actor=actor,
        obj=resident,
        batch=batch,
        before={"status": before.status, "since": str(before.status_on or "")},
        summary=f"{resident.name} 自 {since} 起登记为{LABELS[status]}",
        after={"status": status, "since": str(since)},
    )


def follow_entries(resident_ids: Collection[int]) -> None:
    """Make each entry end where the next begins, and the residents have the status of their latest entry.

    Who has no live entry left is 在册.
    """
    live = StatusEntry.objects.filter(withdrawn_at__isnull=True)
    latest = live.filter(resident=OuterRef("pk")).order_by("-since", "-pk")
    with_entries = live.filter(resident__in=resident_ids).values("resident")
    people = Resident.objects.filter(pk__in=resident_ids)
    people.exclude(pk__in=with_entries).update(status=Status.ACTIVE, status_on=None)
    people.filter(pk__in=with_entries).update(
        status=Subquery(latest.values("status")[:1]), status_on=Subquery(latest.values("since")[:1])
    )
    _end_entries(resident_ids)


def _end_entries(resident_ids: Collection[int]) -> None:
    """Make each live entry end where the next begins."""
    live = StatusEntry.objects.filter(withdrawn_at__isnull=True)
    # By the day, not by when it was registered: merged records bring statuses that were registered side by side.
    later = Q(since__gt=OuterRef("since")) | Q(since=OuterRef("since"), pk__gt=OuterRef("pk"))
    following = live.filter(later, resident=OuterRef("resident"))
    live.filter(resident__in=resident_ids).update(until=Subquery(following.order_by("since", "pk").values("since")[:1]))


@transaction.atomic
def withdraw_status(*, entry: StatusEntry, reason: str, actor: User | None) -> bool:
    """Take back a status that was registered by mistake; the one before counts again. Return False if it was already.

    A status that another followed can be taken back too: only the days between change hands.
    """
    reason = required_text(reason, "撤回原因")
    resident = Resident.objects.select_for_update().get(pk=entry.resident_id)
    entry = StatusEntry.objects.get(pk=entry.pk)
    if entry.withdrawn_at:
        return False
    if resident.status == Status.MERGED:
        raise Refused("这条档案已经并入另一条，请到并入后的档案办理。")
    StatusEntry.objects.filter(pk=entry.pk).update(withdrawn_at=clock.now(), withdrawn_reason=reason)
    follow_entries([resident.pk])
    before = {"status": resident.status, "since": str(resident.status_on or "")}
    resident.refresh_from_db()
    audit.record(
        "status.withdraw",
        actor=actor,
        obj=resident,
        before=before,
        summary=f"撤回 {resident.name} 自 {entry.since} 起的“{entry.get_status_display()}”：{reason}",
        after={"status": resident.status, "since": str(resident.status_on or ""), "reason": reason},
    )
    taken_back = StatusFact(entry.status, entry.since, entry.source)
    record_facts([FactChange(resident.pk, FactKind.STATUS, taken_back, None)], actor=actor)
    return True
