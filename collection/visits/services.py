"""Recording what was tried with people who are not insured yet, and what follows when they are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from collection.contributions.models import Contribution
from collection.contributions.services import paid_residents
from collection.visits import rules
from collection.visits.models import Cause, Exclusion, ToldPayment, Visit
from collection.visits.selectors import terms_of
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.files.photos import Photo, store_paper
from core.refusals import Refused
from core.text import clean_text
from residents.people.models import Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign

#: A household, with whoever lives in it.
MOST_AT_ONCE = 60
Told = ToldPayment.State


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried and what came of it, for one person or a household."""

    way: str
    result: str = ""
    cause: Cause | None = None
    note: str = ""
    look_again_on: date | None = None
    told_paid_on: date | None = None
    since: date | None = None
    file: "Photo | File[Any] | None" = None


@transaction.atomic
def record_visit(
    *, campaign: Campaign, residents: Collection[Resident], attempt: Attempt, key: UUID, actor: User
) -> list[Visit]:
    """Record one attempt with each of these people; return the visits. Raise Refused.

    `key` names the attempt: sent twice, it is recorded once. Whoever has been paid for meanwhile is passed over.
    """
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再登记。")
    if not residents:
        raise Refused("请勾选联系对象。", "people")
    if len(residents) > MOST_AT_ONCE:
        raise Refused(f"一次最多登记 {MOST_AT_ONCE} 人。", "people")
    statuses = lock_residents(one.pk for one in residents)
    if known := list(Visit.objects.filter(key=key, campaign=campaign, recorded_by=actor)):
        return known
    note = clean_text(attempt.note, "说明", 200)
    _check(campaign, attempt, note)
    people = _still_unpaid(campaign, residents, statuses)
    evidence = _kept(attempt, people[0], actor)
    made = Visit.objects.bulk_create(
        [_visit(campaign, person, attempt, note, evidence, key, actor) for person in people]
    )
    if attempt.result == Visit.Result.TOLD and attempt.told_paid_on:
        _tell(campaign, made, attempt.told_paid_on)
    if attempt.cause and attempt.cause.status and attempt.since:
        _ask_exclusion(campaign, made, attempt.cause.status, attempt.since, actor)
    audit.record_all([_event(visit, attempt, actor) for visit in made])
    return made


def follow_bookings(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Whoever is insured now no longer waits: settle what was told."""
    by_resident = {contribution.resident_id: contribution for contribution in contributions}
    now = clock.now()
    for waiting in _waiting(campaign, by_resident).select_related("resident"):
        booked = by_resident[waiting.resident_id]
        online = booked.channel in (Contribution.Channel.SELF, Contribution.Channel.FAMILY)
        waiting.state = Told.ARRIVED if online else Told.OTHERWISE
        waiting.contribution, waiting.settled_at = booked, now
        waiting.save(update_fields=["state", "contribution", "settled_at"])
        audit.record(
            "told_payment.settle",
            actor=actor,
            obj=waiting,
            batch=batch,
            summary=f"{waiting.resident.name} 自述已缴：{waiting.get_state_display()}",
        )


def told_payments_of(campaign: Campaign, residents: Collection[int]) -> "QuerySet[ToldPayment, Any]":
    """Those of these residents who said that they have paid and are waited for."""
    return _waiting(campaign, residents).values_list("resident")


def _waiting(campaign: Campaign, residents: Iterable[int]) -> "QuerySet[ToldPayment]":
    return ToldPayment.objects.filter(campaign=campaign, state=Told.WAITING, resident__in=residents)


def drop_exclusions(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Drop requests to take those out of the task who are insured now."""
    _pending(campaign, [contribution.resident_id for contribution in contributions]).update(
        state=Exclusion.State.MOOT, decided_at=clock.now()
    )


def exclusions_of(campaign: Campaign, residents: Collection[int]) -> "QuerySet[Exclusion, Any]":
    """Those of these residents whom a request would take out of the task."""
    return _pending(campaign, residents).values_list("resident")


def _pending(campaign: Campaign, residents: Iterable[int]) -> "QuerySet[Exclusion]":
    return Exclusion.objects.filter(campaign=campaign, state=Exclusion.State.PENDING, resident__in=residents)


def record_phones_shown(*, campaign: Campaign, residents: Sequence[Resident], place: str, actor: User) -> None:
    """Leave an event that somebody was shown the telephones of people who have not paid."""
    if phones := sum(bool(one.phone) for one in residents):
        audit.record(
            "visit.phones",
            actor=actor,
            obj=campaign,
            region=residents[0].village_id,
            summary=f"查看{place}未参保人员联系电话，{phones} 人",
        )


def _check(campaign: Campaign, attempt: Attempt, note: str) -> None:
    cause = attempt.cause
    if attempt.way not in Visit.Way.values:
        raise Refused("请选择联系方式。", "way")
    if attempt.result and attempt.result not in Visit.Result.values:
        raise Refused("请选择联系结果。", "result")
    if cause and (cause.county_id != campaign.county_id or cause.given_up):
        raise Refused("这条原因已经停用，请另选一条。", "cause")
    entry = rules.VisitEntry(
        way=attempt.way,
        result=attempt.result,
        cause=rules.CauseFacts(cause.name, cause.asks, bool(cause.status)) if cause else None,
        note=note,
        look_again_on=attempt.look_again_on,
        has_evidence=attempt.file is not None,
        told_paid_on=attempt.told_paid_on,
        since=attempt.since,
    )
    if refusal := rules.refusal_of(entry, today=clock.today()):
        raise Refused(refusal.message, refusal.field)


def _still_unpaid(campaign: Campaign, residents: Collection[Resident], statuses: dict[int, str]) -> list[Resident]:
    active = [one for one in residents if statuses.get(one.pk) == Resident.Status.ACTIVE]
    paid = paid_residents(year=campaign.year, residents=[one.pk for one in active])
    left = [one for one in active if one.pk not in paid]
    if not left:
        names = "、".join(one.name for one in residents)
        raise Refused(f"{names}已经参保，或者已不在册，不用再登记。", "people")
    return left


def _kept(attempt: Attempt, person: Resident, actor: User) -> Attachment | None:
    if attempt.file is None:
        return None
    return store_paper(paper=attempt.file, name="证明材料", region=person.village_id, actor=actor)


def _visit(
    campaign: Campaign,
    person: Resident,
    attempt: Attempt,
    note: str,
    evidence: Attachment | None,
    key: UUID,
    actor: User,
) -> Visit:
    return Visit(
        campaign=campaign,
        resident=person,
        way=attempt.way,
        result=attempt.result,
        cause=attempt.cause,
        note=note,
        look_again_on=attempt.look_again_on,
        evidence=evidence,
        key=key,
        recorded_by=actor,
        recorded_at=clock.now(),
    )


def _tell(campaign: Campaign, visits: list[Visit], paid_on: date) -> None:
    """Keep what was told; who told it before keeps the first day, so that telling again puts nothing off."""
    waiting = set(
        ToldPayment.objects.filter(
            campaign=campaign, state=Told.WAITING, resident__in=[visit.resident_id for visit in visits]
        ).values_list("resident_id", flat=True)
    )
    days = terms_of(campaign.county_id).told_days
    ToldPayment.objects.bulk_create(
        [
            ToldPayment(
                campaign=campaign,
                resident=visit.resident,
                visit=visit,
                paid_on=paid_on,
                due_on=rules.due_on(timezone.localtime(visit.recorded_at).date(), days),
            )
            for visit in visits
            if visit.resident_id not in waiting
        ]
    )


def _ask_exclusion(campaign: Campaign, visits: list[Visit], status: str, since: date, actor: User) -> None:
    """Ask that these people leave the task. Raise Refused where one of them is being reviewed already."""
    pending = Exclusion.objects.filter(
        campaign=campaign, state=Exclusion.State.PENDING, resident__in=[visit.resident_id for visit in visits]
    )
    if first := pending.select_related("resident").first():
        raise Refused(f"{first.resident.name}的核减申请正在审核，请等审核结果。", "cause")
    Exclusion.objects.bulk_create(
        [
            Exclusion(
                campaign=campaign,
                resident=visit.resident,
                visit=visit,
                status=status,
                since=since,
                requested_by=actor,
            )
            for visit in visits
        ]
    )


def _event(visit: Visit, attempt: Attempt, actor: User) -> audit.Unsaved:
    says = "，".join(str(part) for part in (visit, attempt.cause) if part)
    return audit.event(
        "visit.record",
        actor=actor,
        obj=visit,
        summary=f"登记动员 {visit.resident.name}：{says}",
        after={"result": visit.result, "look_again_on": visit.look_again_on and visit.look_again_on.isoformat()},
        batch=visit.key,
    )
