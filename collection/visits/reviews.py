"""Deciding what helpers brought in: evidence that takes somebody out of the task, payments that were told of."""

from django.db import transaction

from collection.contributions.services import paid_residents
from collection.visits import rules
from collection.visits.models import Exclusion, ToldPayment
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import clean_text, required_text
from residents.people.services import lock_residents
from residents.statuses.services import set_status

#: Who reviews evidence: the township, or the county in its place.
REVIEWS = (Role.TOWNSHIP, Role.COUNTY)
State = Exclusion.State


@transaction.atomic
def decide_exclusion(*, exclusion: Exclusion, accept: bool, note: str, actor: User) -> Exclusion:
    """Accept the evidence, which gives the person the dated status, or send it back with a reason. Raise Refused.

    Takes a second person. Safe to repeat.
    """
    note = clean_text(note, "审核意见", 200) if accept else required_text(note, "退回的原因")
    lock_residents([exclusion.resident_id])
    exclusion = Exclusion.objects.select_related("campaign__county", "resident", "visit__cause").get(pk=exclusion.pk)
    wanted = State.ACCEPTED if accept else State.REJECTED
    if exclusion.state == wanted:
        return exclusion
    if exclusion.state != State.PENDING:
        raise Refused(f"这份申请已经是“{exclusion.get_state_display()}”。")
    if exclusion.campaign.closed_meanwhile():
        raise Refused(f"{exclusion.campaign}已办结，不能再审核。")
    if exclusion.requested_by_id == actor.pk:
        raise Refused("核减要由另一人审核，不能审核自己登记的。")
    if accept and paid_residents(year=exclusion.campaign.year, residents=[exclusion.resident_id]):
        raise Refused(f"{exclusion.resident.name}已经缴费，不能核减；应当退费的请到“退费”办理。")
    exclusion.state, exclusion.note = wanted, note
    exclusion.decided_by, exclusion.decided_at = actor, clock.now()
    exclusion.save(update_fields=["state", "note", "decided_by", "decided_at"])
    if accept:
        source = f"未参保动员台账核减：{exclusion.visit.cause} {exclusion.visit.note}".strip()[:120]
        set_status(
            resident=exclusion.resident, status=exclusion.status, since=exclusion.since, source=source, actor=actor
        )
    audit.record(
        "exclusion.accept" if accept else "exclusion.reject",
        actor=actor,
        obj=exclusion,
        summary=f"{'通过' if accept else '退回'} {exclusion.resident.name} 的核减申请：{exclusion.visit.cause}",
        after={"state": wanted, "note": note},
    )
    return exclusion


@transaction.atomic
def settle_told(*, told: ToldPayment, note: str, actor: User) -> ToldPayment:
    """Close a payment that was told of and did not come: it was asked after, and there is none. Raise Refused.

    Before its last day it may still come, so only a case is closed. Safe to repeat.
    """
    note = required_text(note, "核实的情况")
    lock_residents([told.resident_id])
    told = ToldPayment.objects.select_related("campaign__county", "resident").get(pk=told.pk)
    if told.state == ToldPayment.State.UNPAID:
        return told
    if told.state != ToldPayment.State.WAITING:
        raise Refused(f"这一笔已经是“{told.get_state_display()}”。")
    if told.campaign.closed_meanwhile():
        raise Refused(f"{told.campaign}已办结，不能再核实。")
    if not rules.is_overdue(told.due_on, today=clock.today()):
        raise Refused(f"{told.due_on} 以前税务清单还可能到，过了这一天再核实。")
    told.state, told.note = ToldPayment.State.UNPAID, note
    told.settled_by, told.settled_at = actor, clock.now()
    told.save(update_fields=["state", "note", "settled_by", "settled_at"])
    audit.record(
        "told_payment.settle",
        actor=actor,
        obj=told,
        summary=f"{told.resident.name} 自述已缴，核实未缴：{note}",
        after={"state": told.state},
    )
    return told
