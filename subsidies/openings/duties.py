"""部门任务: what each department does by which day, and the certification of its marks for the new year.

A department certifies its marks by handing in its lists in the new year. Whom no applied list of the year names has not
been certified; on the day set for it a list of their endings is made ready, which another person reviews and applies
as any list, so that a certification that never comes has its answer too.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import insert_from
from core.refusals import Refused
from core.text import clean_text, required_text
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.campaigns.services import lock_campaign
from subsidies.openings.models import DepartmentDuty
from subsidies.openings.services import hold_draft, touch_step
from subsidies.openings.steps import StepState
from subsidies.rosters.matching import live_identities
from subsidies.rosters.models import Identity, Roster, RosterRow

KEY = "duties"
Kind, Outcome = DepartmentDuty.Kind, RosterRow.Outcome
CERTIFY = "重新认定资助对象，报送全量名单"
#: How long after the period begins a department has, where the county sets nothing else.
USUAL_DAYS = 30


@transaction.atomic
def propose_duties(*, proposal: PolicyProposal, actor: User) -> int:
    """Add the certification for every department of the policy that has none; return how many were added."""
    proposal = hold_draft(proposal)
    policy = proposal.policy
    usual = policy.period.start + datetime.timedelta(days=USUAL_DAYS)
    # The notice's own day for a department's list, where it has written one.
    written = {task.office: task.on for task in policy.deadlines if task.lists and task.on and not task.assumed}
    has = set(proposal.duties.filter(kind=Kind.CERTIFY).values_list("department", flat=True))
    missing = [name for name in policy.departments if name not in has]
    DepartmentDuty.objects.bulk_create(
        DepartmentDuty(
            county_id=proposal.county_id,
            proposal=proposal,
            department=name,
            kind=Kind.CERTIFY,
            title=CERTIFY,
            due_on=min(written.get(name, usual), policy.period.end - datetime.timedelta(days=1)),
            ends_on=policy.period.end,
            set_by=actor,
        )
        for name in missing
    )
    if missing:
        touch_step(proposal, KEY, actor)
        audit.record(
            "campaign.propose_duties", actor=actor, obj=proposal, summary=f"拟定部门任务：{'、'.join(missing)}重新认定"
        )
    return len(missing)


@transaction.atomic
def set_duty(
    *,
    proposal: PolicyProposal,
    department: str,
    title: str,
    due_on: datetime.date,
    ends_on: datetime.date | None,
    document: str,
    actor: User,
    duty: DepartmentDuty | None = None,
) -> DepartmentDuty:
    """Add a department's duty, or change one. A day on which marks end belongs to a certification. Raise Refused."""
    proposal = hold_draft(proposal)
    kind = duty.kind if duty else Kind.OTHER
    if kind != Kind.CERTIFY:
        ends_on = None
    if ends_on and ends_on <= due_on:
        raise Refused("到期终止日要晚于完成期限。", "ends_on")
    facts = {
        "department": required_text(department, "部门", 20),
        "title": required_text(title, "任务", 120),
        "document": clean_text(document, "依据", 120),
        "due_on": due_on,
        "ends_on": ends_on,
    }
    twins = proposal.duties.filter(department=facts["department"], title=facts["title"])
    if (twins.exclude(pk=duty.pk) if duty else twins).exists():
        raise Refused(f"{facts['department']}已经有这项任务，请直接修改期限。", "title")
    duty = duty or DepartmentDuty(county_id=proposal.county_id, proposal=proposal, kind=kind)
    for name, value in {**facts, "set_by": actor}.items():
        setattr(duty, name, value)
    duty.save()
    touch_step(proposal, KEY, actor)
    summary = f"拟定部门任务：{duty}，{due_on} 前"
    audit.record("campaign.set_duty", actor=actor, obj=proposal, summary=summary, after={"ends_on": str(ends_on or "")})
    return duty


@transaction.atomic
def add_duty(
    *,
    campaign: Campaign,
    department: str,
    title: str,
    due_on: datetime.date,
    ends_on: datetime.date | None,
    document: str,
    actor: User,
) -> DepartmentDuty:
    """Give a department a duty in a running year; a day on which marks end makes it a certification. Raise Refused."""
    if actor.role != Role.COUNTY:
        raise Refused(f"部门任务由{actor.county_word}医保局下达。")
    lock_campaign(campaign)
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结。")
    department, title = required_text(department, "部门", 20), required_text(title, "任务", 120)
    if ends_on and ends_on <= due_on:
        raise Refused("到期终止日要晚于完成期限。", "ends_on")
    if ends_on and department not in campaign.policy.departments:
        raise Refused(f"{department}不认定资助对象，没有到期终止日。", "ends_on")
    duty, created = DepartmentDuty.objects.get_or_create(
        campaign=campaign,
        department=department,
        title=title,
        defaults={
            "county_id": campaign.county_id,
            "kind": Kind.CERTIFY if ends_on else Kind.OTHER,
            "due_on": due_on,
            "ends_on": ends_on,
            "document": clean_text(document, "依据", 120),
            "set_by": actor,
        },
    )
    if created:
        summary = f"下达部门任务：{duty}，{due_on} 前"
        audit.record("campaign.set_duty", actor=actor, obj=campaign, summary=summary)
    return duty


@transaction.atomic
def drop_duty(*, proposal: PolicyProposal, duty: DepartmentDuty, actor: User) -> None:
    """Take a duty out of what is being prepared. Raise Refused."""
    proposal = hold_draft(proposal)
    duty.delete()
    touch_step(proposal, KEY, actor)
    audit.record("campaign.drop_duty", actor=actor, obj=proposal, summary=f"取消拟定的部门任务：{duty}")


@transaction.atomic
def finish_duty(*, duty: DepartmentDuty, note: str, actor: User) -> None:
    """Say that a duty is done. A certification is done once nobody is left uncertified. Raise Refused."""
    duty = _locked(duty)
    if duty.done_at:
        return
    if actor.role == Role.DEPARTMENT and actor.department != duty.department:
        raise Refused(f"这是{duty.department}的任务。")
    note = required_text(note, "办理情况", 200)
    if duty.kind == Kind.CERTIFY and (left := uncertified(duty).count()):
        raise Refused(f"还有 {left} 人没有重新认定。请报送全量名单；不再认定的，报送减少名单。")
    duty.done_by, duty.done_at, duty.note = actor, clock.now(), note
    duty.save(update_fields=["done_by", "done_at", "note"])
    audit.record("campaign.finish_duty", actor=actor, obj=duty.campaign, summary=f"部门任务办结：{duty}（{note}）")


@transaction.atomic
def extend_duty(
    *, duty: DepartmentDuty, due_on: datetime.date, ends_on: datetime.date | None, reason: str, actor: User
) -> None:
    """Give a department more time, for a reason. Raise Refused."""
    duty = _locked(duty)
    reason = required_text(reason, "延期的原因", 120)
    if duty.done_at or duty.ending_id:
        raise Refused("这项任务已经办结，或者已经生成终止名单，不能再延期。")
    if due_on <= duty.due_on:
        raise Refused(f"新的期限要晚于原来的 {duty.due_on}。", "due_on")
    if duty.kind != Kind.CERTIFY:
        ends_on = None
    if ends_on and ends_on <= due_on:
        raise Refused("到期终止日要晚于完成期限。", "ends_on")
    before = {"due_on": str(duty.due_on), "ends_on": str(duty.ends_on or "")}
    duty.due_on, duty.ends_on, duty.set_by = due_on, ends_on, actor
    duty.save(update_fields=["due_on", "ends_on", "set_by"])
    audit.record(
        "campaign.extend_duty",
        actor=actor,
        obj=duty.campaign,
        summary=f"部门任务延期：{duty}（{reason}）",
        before=before,
        after={"due_on": str(due_on), "ends_on": str(ends_on or "")},
    )


@transaction.atomic
def prepare_ending(*, duty: DepartmentDuty, actor: User) -> Roster | None:
    """Make the list of endings ready for whom the department has not certified; None if nobody is left. Safe to repeat.

    The list is reviewed and applied by another person as any list; who ordered the duty counts as having handed it in.
    """
    duty = _locked(duty)
    if duty.ending_id:
        return duty.ending
    if duty.kind != Kind.CERTIFY or duty.ends_on is None or clock.today() < duty.ends_on:
        raise Refused("还没有到终止的日期。")
    people = uncertified(duty)
    if not people.exists():
        return None
    campaign = duty.campaign
    assert campaign is not None  # noqa: S101 - refused above while the year is not open
    roster = Roster.objects.create(
        campaign=campaign,
        county_id=campaign.county_id,
        department=duty.department,
        kind=Roster.Kind.ENDING,
        recognised_on=duty.ends_on,
        document=f"{campaign}到期没有重新认定",
        state=Roster.State.READY,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    insert_from(
        RosterRow,
        {
            "roster": roster.pk,
            "number": Window(RowNumber(), order_by="pk"),
            "name": F("resident__name"),
            "id_number": F("resident__id_number"),
            "category": F("kind"),
            "recognised_on": F("recognised_on"),
            "resident": F("resident_id"),
            "outcome": Outcome.ENDED.value,
            "message": "到期没有重新认定。",
        },
        people,
    )
    duty.ending = roster
    duty.save(update_fields=["ending"])
    audit.record(
        "roster.upload",
        actor=actor,
        obj=roster,
        summary=f"{duty.department}到期没有重新认定，生成减少名单 {roster.pk} 号",
    )
    return roster


def uncertified(duty: DepartmentDuty) -> QuerySet[Identity]:
    """The department's marks from before the year opened that no applied list of the year names."""
    assert duty.campaign is not None  # noqa: S101 - asked for duties of opened years alone
    return _uncertified(duty.campaign).filter(department=duty.department)


@dataclass(frozen=True)
class Certifying:
    """How far a year's departments are with certifying: by department how many are left, and whose list was applied."""

    left: dict[str, int]
    applied: set[str]

    def is_certified(self, duty: DepartmentDuty) -> bool:
        """Whether a certification asks for nothing more: a list of the department was applied, and nobody is left.

        A department that has handed in nothing is asked for its list also where it had no marks to certify.
        """
        return duty.kind == Kind.CERTIFY and duty.department in self.applied and duty.department not in self.left


def certifying(campaign: Campaign) -> Certifying:
    """The certifications of a year, in two statements however many departments it has."""
    left = _uncertified(campaign).order_by().values_list("department").annotate(Count("pk"))
    applied = Roster.objects.filter(campaign=campaign, state=Roster.State.APPLIED)
    return Certifying(dict(left), set(applied.order_by().values_list("department", flat=True).distinct()))


def _uncertified(campaign: Campaign) -> QuerySet[Identity]:
    named = RosterRow.objects.filter(
        roster__campaign=campaign,
        roster__state=Roster.State.APPLIED,
        resident=OuterRef("resident"),
        category=OuterRef("kind"),
        outcome__in=[Outcome.NEW, Outcome.UNCHANGED],
    ).exclude(roster__kind=Roster.Kind.ENDING)
    marks: QuerySet[Identity] = live_identities().in_region(campaign.county_id)
    return marks.filter(~Exists(named), recognised_on__lte=campaign.opened_at.date())


def look(proposal: PolicyProposal) -> StepState:
    """Which departments have their duties, and which are left out."""
    duties = list(proposal.duties.all())
    certified = {duty.department for duty in duties if duty.kind == Kind.CERTIFY}
    missing = [name for name in proposal.policy.departments if name not in certified]
    problems = [f"{'、'.join(missing)}没有认定任务，请按部门生成"] if missing else []
    return StepState(f"{len(duties)} 项部门任务。" if duties else "还没有部门任务。", problems)


def apply(proposal: PolicyProposal, campaign: Campaign, actor: User) -> None:
    """From now on the duties belong to the year."""
    proposal.duties.update(campaign=campaign)


def _locked(duty: DepartmentDuty) -> DepartmentDuty:
    duty = DepartmentDuty.objects.select_for_update(of=("self",)).get(pk=duty.pk)
    if duty.campaign is None:
        raise Refused("这项任务还在准备，开征后才能办理。")
    if duty.campaign.closed_meanwhile():
        raise Refused(f"{duty.campaign}已办结。")
    return duty
