"""名单: a department's list is read, matched to the register, reviewed, applied by the bureau, and taken back whole.

Set-based throughout: however long the list, matching and applying take the same handful of statements. What follows
for contributions is not known here: collection/consequences/rosters.py applies and withdraws through this module.
"""

import datetime
from collections.abc import Collection

from django.core.files.base import File
from django.db import transaction
from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat, Greatest, JSONObject
from django.utils import timezone

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.audit.models import Event
from core.database.bulk import insert_from
from core.files.models import Attachment
from core.files.services import store
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.services import lock_region
from core.text import required_text
from residents.people.models import Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.rosters.matching import classify, live_identities
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.selectors import DOUBTFUL, outcome_counts

Kind, State, Outcome = Roster.Kind, Roster.State, RosterRow.Outcome
#: How a doubtful row may be settled, and the outcomes for which that is a question.
DECISIONS = {"same": "是同一人", "take": "列入", "means": "指名单外的人", "ignore": "不是名单外的人"}
SETTLES = {
    "same": (Outcome.NAME_DIFFERS,),
    "take": (Outcome.HIDDEN,),
    "means": (Outcome.BAD_ROW, Outcome.NOT_FOUND, Outcome.NAME_DIFFERS),
    "ignore": DOUBTFUL,
}


@transaction.atomic
def upload_roster(
    *,
    campaign: Campaign,
    file: File,
    name: str,
    department: str,
    category: str,
    kind: str,
    recognised_on: datetime.date,
    document: str,
    actor: User,
) -> Roster:
    """Keep a list and put its reading in the queue. Raise Refused.

    `category` "" leaves it to the list's own column. The same file for the same purpose is refused while an earlier
    upload stands.
    """
    lock_region(campaign.county)  # the same file twice at once: the second waits and finds the first
    _check_upload(campaign, department, category, recognised_on, document, actor)
    attachment = store(file=file, name=name, kind="roster", region=campaign.county_id, actor=actor)
    same = Roster.objects.filter(
        campaign=campaign, department=department, category=category, kind=kind, attachment__sha256=attachment.sha256
    ).exclude(state__in=[State.WITHDRAWN, State.REFUSED])
    if earlier := same.first():
        raise Refused(f"这个文件已经上传过（{earlier.pk} 号名单，{earlier.get_state_display()}），不用再传。")
    roster = _make_roster(campaign, department, category, kind, recognised_on, document, actor, attachment)
    key = f"roster.read.{roster.pk}"
    jobs.enqueue("roster.read", actor=actor, key=key, region=campaign.county_id, roster=roster.pk)
    return roster


@transaction.atomic
def mark_by_hand(
    *,
    campaign: Campaign,
    resident: Resident,
    category: str,
    ends: bool,
    recognised_on: datetime.date,
    document: str,
    file: File | None,
    name: str,
    actor: User,
) -> Roster:
    """Hand in a single identity, or its end, on the document that grants it: a roster of one row. Raise Refused.

    Another person applies it as any roster. Asked again while it waits, return that one.
    """
    rules = campaign.policy.category(category)
    if rules is None:
        raise Refused(f"没有“{category}”这个类别。")
    lock_region(campaign.county)
    _check_upload(campaign, rules.department, rules.name, recognised_on, document, actor)
    kind = Kind.ENDING if ends else Kind.SINGLE
    waiting = Roster.objects.filter(campaign=campaign, category=rules.name, kind=kind, state=State.READY)
    same = waiting.filter(recognised_on=recognised_on, document=document.strip(), uploaded_by=actor)
    if known := same.filter(rows__number=1, rows__id_number=resident.id_number).first():
        return known
    attachment = file and store(file=file, name=name, kind="roster", region=campaign.county_id, actor=actor)
    roster = _make_roster(
        campaign, rules.department, rules.name, kind, recognised_on, document, actor, attachment, State.READY
    )
    RosterRow.objects.create(
        roster=roster,
        number=1,
        name=resident.name,
        id_number=resident.id_number,
        category=rules.name,
        recognised_on=recognised_on,
        outcome=Outcome.PENDING,
    )
    classify(roster)
    return roster


@transaction.atomic
def recheck_roster(*, roster: Roster, actor: User) -> None:
    """Match the list again, after the register was mended; rows settled by hand stay settled. Raise Refused."""
    roster = _locked(roster)
    _refuse_closed(roster)
    if roster.state != State.READY:
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能重新核对。")
    roster.rows.filter(number=0).delete()
    settled = Q(outcome__in=DOUBTFUL, accepted_by__isnull=False)
    again = roster.rows.exclude(settled).exclude(outcome__in=[Outcome.BAD_ROW, Outcome.DUPLICATE, Outcome.HIDDEN])
    again.update(outcome=Outcome.PENDING, message="", resident=None)
    classify(roster)
    audit.record(
        "roster.recheck", actor=actor, obj=roster, summary=f"重新核对 {roster.pk} 号名单", after=outcome_counts(roster)
    )


@transaction.atomic
def settle_row(*, row: RosterRow, decision: str, note: str, actor: User, meant: int | None = None) -> None:
    """Settle a row that is in doubt. Raise Refused.

    `decision`: "same", the person on the register is the one on the list in spite of the name; "take", a hidden row is
    part of the list; "means", the row means the missing person whose row `meant` is held; "ignore", it means nobody
    who is missing.
    """
    roster = _locked(row.roster)
    _refuse_closed(roster)
    row = RosterRow.objects.select_for_update().get(pk=row.pk)
    if roster.state != State.READY or row.accepted_by_id or row.outcome not in SETTLES.get(decision, ()):
        raise Refused("这一行已经处理过了，请刷新页面。")
    note = required_text(note, "核实方法（例如：曾用名，见户口簿）", 120)
    if decision == "means":
        _replace_with_meant(roster, row, meant)
    if decision == "ignore":
        row.accepted_by, row.message = actor, f"已核实，不影响名单外的人：{note}"
    elif decision == "take":
        row.outcome, row.message = Outcome.PENDING, f"隐藏行列入：{note}"
    else:
        row.outcome, row.accepted_by, row.message = Outcome.PENDING, actor, f"确认是同一人：{note}"
    row.save()
    classify(roster, keep_messages=True)
    audit.record(
        "roster.accept_row",
        actor=actor,
        obj=roster,
        summary=f"{roster.pk} 号名单第 {row.number} 行已核实（{DECISIONS[decision]}）",
        after={"row": row.pk, "decision": decision, "note": note},
    )


def _replace_with_meant(roster: Roster, row: RosterRow, meant: int | None) -> None:
    """Let a row stand for the held person it means; what the file had is kept in the event of the change."""
    person = roster.rows.filter(pk=meant, number=0, outcome=Outcome.HELD).select_related("resident").first()
    if person is None or person.resident is None:
        raise Refused("请选择这一行所指的人，或选“不是名单外的人”。")
    audit.record(
        "roster.replace_row",
        actor=None,
        obj=roster,
        summary=f"{roster.pk} 号名单第 {row.number} 行改为居民册上的姓名和号码",
        before={"name": row.name, "id_number": row.id_number},
        after={"resident": person.resident_id},
    )
    row.name, row.id_number = person.resident.name, person.resident.id_number
    row.category = row.category or person.category
    row.recognised_on = row.recognised_on or roster.recognised_on


@transaction.atomic
def apply_roster(*, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor: User) -> list[int]:
    """Make and end the identities of a list; return the ids of the residents newly recognised. Raise Refused.

    `seen` are the counts the reviewer saw: where the register has changed them since, nothing is applied. A list that
    ends identities needs `endings_confirmed`. Safe to repeat: an applied list answers with nobody.
    """
    roster = _locked(roster)
    if roster.state == State.APPLIED:
        return []
    _check_apply(roster, actor)
    recheck = roster.rows.filter(outcome__in=[Outcome.NEW, Outcome.ENDED, Outcome.UNCHANGED])
    roster.rows.filter(number=0).delete()
    recheck.update(outcome=Outcome.PENDING)
    classify(roster, keep_messages=True)
    now = outcome_counts(roster)
    if now != seen:
        raise Refused("看过之后居民册或别的名单有了变化，人数不一样了。请重新查看四类人员后再应用。")
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
    roster.save(update_fields=["state", "applied_by", "applied_at"])
    summary = f"应用 {roster.pk} 号名单：新增 {now['new']} 人，终止 {now['ended']} 人"
    audit.record("roster.apply", actor=actor, obj=roster, summary=summary, after=now, batch=_batch(roster))
    return list(roster.identities.order_by("resident_id").values_list("resident_id", flat=True))


@transaction.atomic
def withdraw_roster(*, roster: Roster, reason: str, keep: set[int], actor: User) -> list[int]:
    """Take a list back: withdraw its identities, revive what it ended. Raise Refused.

    Return the ids of the residents whose identities were revived. Those of the residents in `keep` stay, because money
    has moved on them, and so do those that a later list names too.
    """
    roster = _locked(roster)
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


def _check_upload(campaign, department, category, recognised_on, document, actor: User) -> jobs.Job:
    rules = campaign.policy
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再收名单。")
    if department not in rules.departments:
        raise Refused(f"{campaign}没有由“{department}”认定的身份；认定部门有：{'、'.join(rules.departments)}。")
    if actor.role == Role.DEPARTMENT and actor.department != department:
        raise Refused(f"您是{actor.department}的账号，只能交{actor.department}的名单。")
    if category and (found := rules.category(category)) not in rules.recognised:
        raise Refused(f"“{category}”不是由部门认定的类别。")
    if category and found.department != department:
        raise Refused(f"“{category}”由{found.department}认定，不能由{department}报送名单。")
    if recognised_on > clock.today():
        raise Refused(f"认定日期 {recognised_on} 在今天之后，请核对。")
    required_text(document, "名单的文号或依据", 120)


def _make_roster(
    campaign: Campaign,
    department: str,
    category: str,
    kind: str,
    recognised_on: datetime.date,
    document: str,
    actor: User,
    attachment: Attachment | None,
    state: str = State.READING,
) -> Roster:
    roster = Roster.objects.create(
        campaign=campaign,
        county_id=campaign.county_id,
        department=department,
        category=category,
        kind=kind,
        recognised_on=recognised_on,
        document=document.strip(),
        attachment=attachment,
        state=state,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    audit.record(
        "roster.upload",
        actor=actor,
        obj=roster,
        summary=f"交{roster.get_kind_display()}：{roster}",
        after={"sha256": attachment.sha256 if attachment else None},
    )
    return roster


def _check_apply(roster: Roster, actor: User) -> None:
    if actor.role != Role.COUNTY:
        raise Refused("名单由县医保局应用。")
    if roster.uploaded_by_id == actor.pk:
        raise Refused("报送名单的人不能自己应用，请由县医保局另一位经办人核对后应用。")
    if roster.state != State.READY:
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能应用。")
    _refuse_closed(roster)


def _refuse_closed(roster: Roster) -> None:
    if roster.campaign.closed_meanwhile():
        raise Refused(f"{roster.campaign}已办结，名单不能再核对或应用；请在新年度报送名单。")


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


def _locked(roster: Roster) -> Roster:
    return Roster.objects.select_for_update(of=("self",)).select_related("campaign__policy_version").get(pk=roster.pk)


def ask_to_apply(*, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor: User) -> jobs.Job:
    """Put the application of a reviewed list in the queue; the job is the one under way on a second click."""
    return jobs.enqueue(
        "roster.apply",
        actor=actor,
        key=f"roster.apply.{roster.pk}",
        region=roster.county_id,
        roster=roster.pk,
        seen=seen,
        endings_confirmed=endings_confirmed,
    )


def ask_to_withdraw(*, roster: Roster, reason: str, actor: User) -> jobs.Job:
    """Put the withdrawal of a list in the queue."""
    return jobs.enqueue(
        "roster.withdraw",
        actor=actor,
        key=f"roster.withdraw.{roster.pk}",
        region=roster.county_id,
        roster=roster.pk,
        reason=reason,
    )
