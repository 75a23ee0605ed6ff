"""A reviewed roster is applied by the bureau, and taken back whole.

Set-based throughout: however long the list, applying takes the same handful of statements. What follows for
contributions is not known here: collection/consequences/rosters.py applies and withdraws through this module.
"""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.db.models import DateField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, Greatest, JSONObject
from django.utils import timezone

from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.audit.models import Event
from core.database.bulk import insert_from
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.text import clean_text, required_text
from residents.people.services import lock_residents
from subsidies.campaigns.watermark import next_timestamp
from subsidies.rosters.comparing import RowFinding, compare, fingerprint, people_in
from subsidies.rosters.matching import classify, live_identities
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.selectors import outcome_counts
from subsidies.rosters.services import lock_roster, refuse_closed

Kind, State, Outcome = Roster.Kind, Roster.State, RosterRow.Outcome
#: Characters of what a department is told of the findings.
MOST_NOTE = 150


@transaction.atomic
def apply_roster(
    *, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor: User, note: str = ""
) -> list[int]:
    """Make and end the identities of a list; return the ids of the residents newly recognised. Raise Refused.

    `seen` is what the reviewer saw (comparing.py, seen_counts): where the register or another list has changed it
    since, or what was found beside the list was not looked at, nothing is applied. A list that ends identities needs
    `endings_confirmed`. `note`: what the department is told of the findings. Safe to repeat: an applied list answers
    with nobody.
    """
    roster = lock_roster(roster)
    if roster.state == State.APPLIED:
        return []
    _check_apply(roster, actor)
    recheck = roster.rows.filter(outcome__in=[Outcome.NEW, Outcome.ENDED, Outcome.UNCHANGED])
    roster.rows.filter(number=0).delete()
    recheck.update(outcome=Outcome.PENDING)
    classify(roster, keep_messages=True)
    found, now = compare(roster), outcome_counts(roster)
    _refuse_unseen(found, now, seen)
    if now["ended"] and not endings_confirmed:
        raise Refused(f"这份名单会终止 {now['ended']} 人的身份，请看过他们的姓名、勾选确认后再应用。")
    moment = next_timestamp(campaign_id=roster.campaign_id)
    # Whoever is booking a payment for one of them goes first, and is seen by what follows from the marks; or waits.
    lock_residents(roster.rows.filter(outcome__in=[Outcome.NEW, Outcome.ENDED]).values_list("resident_id", flat=True))
    _end_identities(roster)
    insert_from(
        Identity,
        {
            "resident": F("resident_id"),
            "kind": F("category"),
            "department": roster.department,
            "recognised_on": F("recognised_on"),
            "document": roster.document,
            "roster": F("roster_id"),
        },
        roster.rows.filter(outcome=Outcome.NEW),
        ignore_conflicts=True,
    )
    _record_events(roster, "identity.add", "新增", Outcome.NEW, actor, moment)
    _record_events(roster, "identity.end", "终止", Outcome.ENDED, actor, moment)
    roster.state, roster.applied_by, roster.applied_at = State.APPLIED, actor, moment
    if note := clean_text(note, "比对处理意见", MOST_NOTE):
        roster.notice = f"{roster.notice[: 500 - MOST_NOTE - 10]}比对处理意见：{note}"
    roster.save(update_fields=["state", "applied_by", "applied_at", "notice"])
    summary = f"应用 {roster.pk} 号名单：新增 {now['new']} 人，终止 {now['ended']} 人"
    audit.record(
        "roster.apply",
        actor=actor,
        obj=roster,
        summary=summary,
        after={**now, "compared": people_in(found)},
        batch=_batch(roster),
    )
    return list(roster.identities.order_by("resident_id").values_list("resident_id", flat=True))


def _refuse_unseen(found: list[RowFinding], now: dict[str, int], seen: dict[str, int]) -> None:
    """Raise Refused where the reviewer saw other people in the groups, or other findings beside them."""
    if {**now, "compared": 0} != {**seen, "compared": 0}:
        raise Refused("看过之后居民册或别的名单有了变化，人数不一样了。请重新查看四类人员后再应用。")
    if fingerprint(found) != seen.get("compared", 0):
        raise Refused(
            f"与别的部门的名单、居民册、死亡和职工参保比对，有 {people_in(found)} 人要看。请看过比对结果后再审核生效。"
            if found
            else "看过之后比对出的问题都没有了，请刷新后再审核生效。"
        )


@transaction.atomic
def withdraw_roster(*, roster: Roster, reason: str, keep: set[int], actor: User) -> list[int]:
    """Take a list back: withdraw its identities, revive what it ended. Raise Refused.

    Return the ids of the residents whose identities were revived. Those of the residents in `keep` stay, because money
    has moved on them, and so do those that a later list names too.
    """
    roster = lock_roster(roster)
    if roster.state == State.WITHDRAWN:
        return []
    if roster.state not in (State.READY, State.APPLIED):
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能撤回。")
    reason = required_text(reason, "撤回的原因", 200)
    moment, was_applied = next_timestamp(campaign_id=roster.campaign_id), roster.state == State.APPLIED
    if was_applied:
        _hand_over(roster)
    withdrawn = roster.identities.filter(withdrawn_at__isnull=True).exclude(resident_id__in=keep)
    gone = withdrawn.update(withdrawn_at=moment)
    newer = Identity.objects.filter(
        resident=OuterRef("resident"), kind=OuterRef("kind"), ended_on__isnull=True, withdrawn_at__isnull=True
    )
    ended = roster.ended_identities.filter(~Exists(newer), withdrawn_at__isnull=True).exclude(resident_id__in=keep)
    revived = list(ended.values_list("resident_id", flat=True))
    ended.update(ended_on=None, ended_by=None)
    if was_applied:
        _record_events(roster, "identity.withdraw", "撤回", Outcome.NEW, actor, moment, but=keep)
        _record_events(roster, "identity.revive", "恢复", Outcome.ENDED, actor, moment, but=keep)
    roster.state, roster.withdrawn_by, roster.withdrawn_at = State.WITHDRAWN, actor, moment
    roster.withdrawn_reason = reason
    roster.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    audit.record(
        "roster.withdraw",
        actor=actor,
        obj=roster,
        batch=_batch(roster),
        summary=f"撤回 {roster.pk} 号名单：{roster.withdrawn_reason}",
        after={"withdrawn": gone, "revived": len(revived), "kept": len(keep)},
    )
    return revived


def _check_apply(roster: Roster, actor: User) -> None:
    if actor.role != Role.COUNTY:
        raise Refused(f"名单由{actor.county_word}医保局应用。")
    if roster.uploaded_by_id == actor.pk:
        raise Refused(f"报送名单的人不能自己应用，请由{actor.county_word}医保局另一位经办人核对后应用。")
    if roster.state != State.READY:
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能应用。")
    refuse_closed(roster)


def _end_identities(roster: Roster) -> None:
    """End identities from the list's day on; one recognised later than that ends on its own first day."""
    on_list = roster.rows.filter(outcome=Outcome.ENDED, resident=OuterRef("resident"), category=OuterRef("kind"))
    live_identities().filter(Exists(on_list)).update(
        ended_on=Greatest(F("recognised_on"), Cast(Value(roster.recognised_on), DateField())), ended_by=roster
    )


def _hand_over(roster: Roster) -> None:
    """Let an identity that a later list names too rest on that list from now on."""
    later = (
        RosterRow.objects.filter(
            resident=OuterRef("resident"),
            category=OuterRef("kind"),
            outcome=Outcome.UNCHANGED,
            roster__state=State.APPLIED,
            roster__kind__in=[Kind.SUPPLEMENT, Kind.FULL, Kind.SINGLE],
            roster__applied_at__gte=roster.applied_at,
        )
        .exclude(roster=roster)
        .order_by("roster_id")
    )
    marks = roster.identities.filter(withdrawn_at__isnull=True)
    marks.filter(Exists(later)).update(roster=Subquery(later.values("roster_id")[:1]))


def _record_events(
    roster: Roster,
    action: str,
    verb: str,
    outcome: str,
    actor: User,
    moment: datetime.datetime,
    but: Collection[int] = (),
) -> None:
    """Record one event a person, written by the database from the rows of the list."""
    insert_from(
        Event,
        {
            "at": moment,
            "recorded_at": timezone.now(),
            "actor": actor.pk,
            "actor_name": actor.name,
            "action": action,
            "object_type": "resident",
            "object_id": Cast("resident_id", Event._meta.get_field("object_id")),
            "region_code": F("resident__village_id"),
            "source": audit.current_source(),
            "batch": _batch(roster),
            "summary": Concat(Value(f"{verb}身份 "), F("category"), Value(f"（{roster.pk} 号名单）")),
            "after": JSONObject(kind=F("category"), roster=Value(roster.pk)),
        },
        roster.rows.filter(outcome=outcome, resident__isnull=False).exclude(resident_id__in=but),
    )


def _batch(roster: Roster) -> str:
    return f"roster-{roster.pk}"


def ask_to_apply(*, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor: User, note: str = "") -> Job:
    """Put the application of a reviewed list in the queue; the job is the one under way on a second click."""
    return jobs.enqueue(
        "roster.apply",
        actor=actor,
        key=f"roster.apply.{roster.pk}",
        region=roster.county_id,
        roster=roster.pk,
        seen=seen,
        endings_confirmed=endings_confirmed,
        note=clean_text(note, "比对处理意见", MOST_NOTE),
    )


def ask_to_withdraw(*, roster: Roster, reason: str, actor: User) -> Job:
    """Put the withdrawal of a list in the queue."""
    return jobs.enqueue(
        "roster.withdraw",
        actor=actor,
        key=f"roster.withdraw.{roster.pk}",
        region=roster.county_id,
        roster=roster.pk,
        reason=reason,
    )
