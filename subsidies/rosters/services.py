"""名单: a department's list is read, matched to the register, reviewed, applied by the bureau, and taken back whole.

Set-based throughout: however long the list, matching and applying take the same handful of statements. What follows
for contributions is not known here: collection/entitlements/services.py applies and withdraws through this module.
"""

import datetime

from django.core.files.base import File
from django.db import transaction
from django.db.models import Count, DateField, Exists, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, JSONObject
from django.utils import timezone

from config import clock
from core.access.roles import Role
from core.access.scope import successor
from core.audit import services as audit
from core.audit.models import Event
from core.database.bulk import analyze_table, insert_from, insert_rows
from core.files.services import store
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.services import lock_region
from core.tables import reader
from core.tables.reader import COUNTY_LIST
from core.text import clean_text
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.sheet import Line, read_roster

Kind, State, Outcome = Roster.Kind, Roster.State, RosterRow.Outcome
#: The four heaps of the preview.
OUTCOME_GROUPS = {
    "new": (Outcome.NEW,),
    "ended": (Outcome.ENDED,),
    "unchanged": (Outcome.UNCHANGED,),
    "problems": (
        Outcome.NOT_FOUND,
        Outcome.NAME_DIFFERS,
        Outcome.DECEASED,
        Outcome.MOVED,
        Outcome.DUPLICATE,
        Outcome.BAD_ROW,
    ),
}
_CANNOT_BE_MARKED = (
    (Resident.Status.DEAD, Outcome.DECEASED, "居民册登记为死亡，不再标识。"),
    (Resident.Status.MOVED, Outcome.MOVED, "居民册登记为迁出，不再标识。"),
)
_ROW = ["roster", "number", "name", "id_number", "category", "recognised_on", "outcome", "message"]


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
    actor,
) -> Roster:
    """Keeps a list and puts its reading in the queue. `category` "" leaves it to the list's own column.

    The same file for the same purpose is recognised: it is refused while an earlier upload stands. Refused.
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
    actor,
) -> Roster:
    """A single mark, or the end of one, on the document that grants it: a roster of one row, to be applied by another
    person as any roster. Asked again while that one waits, it is that one. Refused."""
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
    _classify(roster)
    return roster


def read_file(*, roster: Roster, progress=lambda done, total, message: None, confirm=lambda: None) -> str:
    """Reads the list and sorts its people into heaps; safe to repeat. Returns what to tell; a bad file is REFUSED."""
    progress(0, 3, "正在打开文件")
    try:
        book = reader.read(roster.attachment.file.path, limits=COUNTY_LIST)
        progress(1, 3, "正在读取名单")
        lines = read_roster(
            book,
            policy=roster.campaign.policy,
            category=roster.category,
            department=roster.department,
            recognised_on=roster.recognised_on,
            today=clock.today(),
        )
    except reader.SheetError as error:
        with transaction.atomic():
            confirm()
            Roster.objects.filter(pk=roster.pk).update(state=State.REFUSED, problem=error.message[:300])
        return error.message
    progress(2, 3, f"正在核对 {len(lines)} 人")
    with transaction.atomic():
        confirm()
        roster.rows.all().delete()
        insert_rows(RosterRow, _ROW, [_staged(roster, line) for line in lines])
        analyze_table(RosterRow)
        _classify(roster)
        Roster.objects.filter(pk=roster.pk).update(state=State.READY, problem="")
    return f"共 {len(lines)} 人"


@jobs.handler("roster.read")
def _read_job(run: jobs.Run) -> str:
    roster = Roster.objects.select_related("campaign__policy_version", "attachment").get(pk=run.args["roster"])
    if roster.state != State.READING:
        return "已经读取过"
    return read_file(roster=roster, progress=run.progress, confirm=run.assert_owner)


@transaction.atomic
def recheck_roster(*, roster: Roster, actor) -> None:
    """Matches the list again, after the register was mended; rows accepted by hand stay accepted. Refused."""
    roster = _locked(roster)
    _refuse_closed(roster)
    if roster.state != State.READY:
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能重新核对。")
    roster.rows.filter(number=0).delete()
    again = roster.rows.exclude(outcome__in=[Outcome.BAD_ROW, Outcome.DUPLICATE])
    again.update(outcome=Outcome.PENDING, message="", resident=None)
    _classify(roster)
    audit.record(
        "roster.recheck", actor=actor, obj=roster, summary=f"重新核对 {roster.pk} 号名单", after=outcome_counts(roster)
    )


@transaction.atomic
def accept_row(*, row: RosterRow, note: str, actor) -> None:
    """The person on the list and the one on the register are the same in spite of their names. Refused."""
    roster = _locked(row.roster)
    _refuse_closed(roster)
    row = RosterRow.objects.select_for_update().get(pk=row.pk)
    if roster.state != State.READY or row.outcome != Outcome.NAME_DIFFERS:
        raise Refused("这一行已经处理过了，请刷新页面。")
    if not (note := clean_text(note, "核实说明", 180)):
        raise Refused("请写明怎么核实是同一人的，例如：曾用名，见户口簿。")
    row.outcome, row.accepted_by, row.message = Outcome.PENDING, actor, f"确认是同一人：{note}"
    row.save(update_fields=["outcome", "accepted_by", "message"])
    _sort_by_marks(roster)
    audit.record(
        "roster.accept_row",
        actor=actor,
        obj=roster,
        summary=f"{roster.pk} 号名单第 {row.number} 行确认是同一人",
        after={"row": row.pk, "note": note},
    )


def outcome_counts(roster: Roster) -> dict[str, int]:
    """How many people lie in each heap of the preview."""
    counted = dict(roster.rows.order_by().values_list("outcome").annotate(n=Count("pk")))
    return {heap: sum(counted.get(outcome, 0) for outcome in outcomes) for heap, outcomes in OUTCOME_GROUPS.items()}


@transaction.atomic
def apply_roster(*, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor) -> list[int]:
    """Makes and ends the marks of a list; returns the ids of the residents newly marked.

    `seen` are the heaps the reviewer saw: where the register has changed them since, nothing is applied. A full list
    that ends marks needs `endings_confirmed`. Safe to repeat: an applied list answers with nobody. Refused.
    """
    roster = _locked(roster)
    if roster.state == State.APPLIED:
        return []
    _check_apply(roster, actor)
    recheck = roster.rows.filter(
        outcome__in=[*OUTCOME_GROUPS["new"], *OUTCOME_GROUPS["ended"], *OUTCOME_GROUPS["unchanged"]]
    )
    roster.rows.filter(number=0).delete()
    recheck.update(outcome=Outcome.PENDING)
    _classify(roster, keep_messages=True)
    now = outcome_counts(roster)
    if now != seen:
        raise Refused("看过之后居民册或别的名单有了变化，人数不一样了。请重新查看四类人员后再应用。")
    if now["ended"] and not endings_confirmed:
        raise Refused(f"这份名单会终止 {now['ended']} 人的身份，请看过他们的姓名、勾选确认后再应用。")
    moment = next_timestamp(campaign_id=roster.campaign_id)
    _end_marks(roster)
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
def withdraw_roster(*, roster: Roster, reason: str, keep: set[int], actor) -> list[int]:
    """Takes a list back: its marks are withdrawn, what it ended lives again. Returns the ids of the residents whose
    marks live again. The marks of the residents in `keep` stay, because money has moved on them, and so do those that
    a later list names too. Refused.
    """
    roster = _locked(roster)
    if roster.state == State.WITHDRAWN:
        return []
    if roster.state not in (State.READY, State.APPLIED):
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能撤回。")
    if not (reason := clean_text(reason, "撤回的原因", 200)):
        raise Refused("请写明撤回的原因。")
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


def _check_upload(campaign, department, category, recognised_on, document, actor):
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
        raise Refused(f"“{category}”由{found.department}认定，不能由{department}交名单。")
    if recognised_on > clock.today():
        raise Refused(f"认定日期 {recognised_on} 在今天之后，请核对。")
    if not clean_text(document, "文号或依据", 120):
        raise Refused("请写明名单的文号或依据。")


def _make_roster(campaign, department, category, kind, recognised_on, document, actor, attachment, state=State.READING):
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


def _staged(roster: Roster, line: Line) -> list:
    outcome, message = Outcome.PENDING, ""
    if line.problem:
        outcome, message = Outcome.BAD_ROW, line.problem[:200]
    elif line.repeats is not None:
        outcome, message = Outcome.DUPLICATE, f"与第 {line.repeats} 行是同一人同一身份，只算一次。"
    since = line.recognised_on.isoformat() if line.recognised_on else None
    return [roster.pk, line.number, line.name, line.id_number, line.category, since, outcome.value, message]


def _classify(roster: Roster, *, keep_messages: bool = False) -> None:
    """Finds the people of the pending rows on the county's register, and what their row would do."""
    rows = roster.rows.filter(outcome=Outcome.PENDING)
    # The least of them, not the first in order: for LIMIT 1 PostgreSQL would walk the whole register row by row.
    person = Resident.objects.filter(id_number=OuterRef("id_number")).order_by().values("id_number")
    rows.update(resident=Subquery(person.values(found=Min(Coalesce("merged_into_id", "pk")))))
    county = Q(resident__village__gte=roster.county_id, resident__village__lt=successor(roster.county_id))
    rows.filter(resident__isnull=False).exclude(county).update(resident=None)
    rows.filter(resident__isnull=True).update(
        outcome=Outcome.NOT_FOUND, message="居民册里没有这个证件号码。核对号码；确实是本县居民的，先登记再重新核对。"
    )
    # On a list of endings the dead and the moved are as good as any.
    for status, outcome, says in _CANNOT_BE_MARKED if roster.kind != Kind.ENDING else ():
        rows.filter(resident__status=status).update(outcome=outcome, message=says)
    other_name = rows.filter(accepted_by__isnull=True).exclude(name=F("resident__name"))
    registered = Resident.objects.filter(pk=OuterRef("resident_id")).values("name")[:1]
    other_name.update(
        outcome=Outcome.NAME_DIFFERS,
        message=Concat(Value("居民册上这个号码的姓名是“"), Subquery(registered), Value("”，请核实是不是同一人。")),
    )
    if not keep_messages:
        rows.filter(accepted_by__isnull=True).exclude(message="").update(message="")
    _sort_by_marks(roster)
    if roster.kind == Kind.FULL:
        _add_missing(roster)


def _sort_by_marks(roster: Roster) -> None:
    """Pending rows become new, ended or unchanged by whether the person has that mark now."""
    rows = roster.rows.filter(outcome=Outcome.PENDING)
    has, has_not = Outcome.UNCHANGED, Outcome.NEW
    if roster.kind == Kind.ENDING:
        has, has_not = Outcome.ENDED, Outcome.UNCHANGED
    marked = _live_marks().filter(resident=OuterRef("resident"), kind=OuterRef("category"))
    rows.filter(Exists(marked)).update(outcome=has)
    rows.update(outcome=has_not)


def _live_marks():
    return Identity.objects.filter(ended_on__isnull=True, withdrawn_at__isnull=True)


def _add_missing(roster: Roster) -> None:
    """A full list: whoever has one of its marks in the county and is not on it will be ended."""
    kinds = (
        [roster.category]
        if roster.category
        else list(roster.rows.exclude(category="").order_by().values_list("category", flat=True).distinct())
    )
    on_it = roster.rows.filter(resident=OuterRef("resident"), category=OuterRef("kind"))
    missing = _live_marks().in_region(roster.county_id).filter(kind__in=kinds).filter(~Exists(on_it))
    insert_from(
        RosterRow,
        {
            "roster": roster.pk,
            "number": 0,
            "name": F("resident__name"),
            "id_number": F("resident__id_number"),
            "category": F("kind"),
            "recognised_on": F("recognised_on"),
            "resident": F("resident_id"),
            "outcome": Outcome.ENDED.value,
            "message": "全量名单里没有此人。",
        },
        missing,
    )


def _check_apply(roster: Roster, actor) -> None:
    if actor.role != Role.COUNTY:
        raise Refused("名单由县医保局应用。")
    if roster.uploaded_by_id == actor.pk:
        raise Refused("交名单的人不能自己应用，请由县医保局另一位经办人核对后应用。")
    if roster.state != State.READY:
        raise Refused(f"{roster.pk} 号名单{roster.get_state_display()}，不能应用。")
    _refuse_closed(roster)


def _refuse_closed(roster: Roster) -> None:
    if roster.campaign.closed_meanwhile():
        raise Refused(f"{roster.campaign}已办结，名单不能再核对或应用；请在新年度交名单。")


def _end_marks(roster: Roster) -> None:
    """From the list's day on; a mark recognised later than that ends on its own first day."""
    on_list = roster.rows.filter(outcome=Outcome.ENDED, resident=OuterRef("resident"), category=OuterRef("kind"))
    _live_marks().filter(Exists(on_list)).update(
        ended_on=Greatest(F("recognised_on"), Cast(Value(roster.recognised_on), DateField())), ended_by=roster
    )


def _hand_over(roster: Roster) -> None:
    """A mark that a later list names too rests on that list from now on."""
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


def _record_events(roster, action, verb, outcome, actor, moment, but=()) -> None:
    """One event a person, written by the database from the rows of the list."""
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


def ask_to_apply(*, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor):
    """Puts the application of a reviewed list in the queue; the job is the one under way on a second click."""
    return jobs.enqueue(
        "roster.apply",
        actor=actor,
        key=f"roster.apply.{roster.pk}",
        region=roster.county_id,
        roster=roster.pk,
        seen=seen,
        endings_confirmed=endings_confirmed,
    )


def ask_to_withdraw(*, roster: Roster, reason: str, actor):
    """Puts the withdrawal of a list in the queue."""
    return jobs.enqueue(
        "roster.withdraw",
        actor=actor,
        key=f"roster.withdraw.{roster.pk}",
        region=roster.county_id,
        roster=roster.pk,
        reason=reason,
    )
