"""名单: a department's list is taken in, matched to the register and reviewed; apply.py makes it count.

Set-based throughout: however long the list, matching takes the same handful of statements.
"""

import datetime

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.files.services import store
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.services import lock_region
from core.text import required_text
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.rosters.matching import classify
from subsidies.rosters.models import Roster, RosterRow
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
    file: "File[bytes]",
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
    file: "File[bytes] | None",
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
    attachment = None
    if file:
        attachment = store(file=file, name=name, kind="roster", region=campaign.county_id, actor=actor)
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
    roster = lock_roster(roster)
    refuse_closed(roster)
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
    roster = lock_roster(row.roster)
    refuse_closed(roster)
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
    held = roster.rows.filter(number=0, outcome=Outcome.HELD).select_related("resident")
    person = held.filter(pk=meant).first() if meant else None
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


def _check_upload(
    campaign: Campaign, department: str, category: str, recognised_on: datetime.date, document: str, actor: User
) -> None:
    rules = campaign.policy
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再收名单。")
    if department not in rules.departments:
        raise Refused(f"{campaign}没有由“{department}”认定的身份；认定部门有：{'、'.join(rules.departments)}。")
    if actor.role == Role.DEPARTMENT and actor.department != department:
        raise Refused(f"您是{actor.department}的账号，只能交{actor.department}的名单。")
    found = rules.category(category) if category else None
    if category and found not in rules.recognised:
        raise Refused(f"“{category}”不是由部门认定的类别。")
    if found and found.department != department:
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


def refuse_closed(roster: Roster) -> None:
    if roster.campaign.closed_meanwhile():
        raise Refused(f"{roster.campaign}已办结，名单不能再核对或应用；请在新年度报送名单。")


def lock_roster(roster: Roster) -> Roster:
    return Roster.objects.select_for_update(of=("self",)).select_related("campaign__policy_version").get(pk=roster.pk)
