"""What an officer decides where the county's notice is silent, or the facts of a payment have changed."""

from django.db import transaction

from collection.consequences.models import Consequence
from collection.consequences.rules import Outcome, Verdict
from collection.consequences.services import ending_refund
from collection.money.steps import refuse_closed
from collection.refunds.rules import STATUS_REASONS
from collection.refunds.services import given_back
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import clean_text, required_text
from residents.people.models import Resident
from subsidies.campaigns import watermark

State = Consequence.State


@transaction.atomic
def decide_refund(*, consequence: Consequence, grants: bool, document: str, note: str = "", actor: User) -> Consequence:
    """Grant or refuse the refund that the notice does not speak of, by a document that is named. Raises Refused."""
    document, note = required_text(document, "决定依据的文件", 120), clean_text(note, "说明", 200)
    moment = watermark.next_timestamp(campaign_id=consequence.campaign_id)
    consequence = _open(consequence, actor, Consequence.Outcome.ASK)
    contribution = consequence.contribution
    if contribution.ended_at:
        raise Refused(f"这笔缴费{contribution.get_state_display()}，不用再决定。")
    consequence.outcome = Consequence.Outcome.STANDS
    if grants:
        resident = consequence.resident
        verdict = Verdict(Outcome.REFUND, f"依据{document}退费", STATUS_REASONS[resident.status], consequence.fact)
        left = contribution.refundable - given_back(contribution)
        if not left:
            raise Refused("这笔缴费已经申请退费或已经退过，不用再决定。")
        people = {resident.pk: (resident.status, consequence.happened_on)}
        refund = ending_refund(consequence.campaign, contribution, verdict, left, moment, people, actor)
        refund.save(force_insert=True)
        consequence.outcome, consequence.refund = Consequence.Outcome.REFUND, refund
        consequence.subsidy_stops, consequence.stopped_at = True, moment
    _decided(consequence, actor, document, note)
    says = "退费" if grants else "不退费"
    audit.record(
        "consequence.decide",
        actor=actor,
        obj=consequence,
        summary=f"{consequence.fact}：依据{document}决定{says}{'，' if note else ''}{note}",
    )
    return consequence


@transaction.atomic
def settle_consequence(*, consequence: Consequence, note: str, actor: User) -> Consequence:
    """Say what was done about somebody who was paid back and has to pay again. Raises Refused."""
    note = required_text(note, "处理说明")
    consequence = _open(consequence, actor, Consequence.Outcome.PAY_AGAIN)
    _decided(consequence, actor, "", note)
    audit.record("consequence.settle", actor=actor, obj=consequence, summary=f"退费后事实撤回已处理：{note}")
    return consequence


def _open(consequence: Consequence, actor: User, outcome: str) -> Consequence:
    if actor.role != Role.COUNTY:
        raise Refused(f"由{actor.county_word}医保局决定。")
    refuse_closed(consequence.campaign)
    # The resident first, as those lock who register a fact.
    Resident.objects.select_for_update(of=("self",)).get(pk=consequence.resident_id)
    rows = Consequence.objects.select_for_update(of=("self",))
    found = rows.select_related("campaign__policy_version", "campaign__county", "contribution", "resident").get(
        pk=consequence.pk
    )
    if found.state != State.OPEN or found.outcome != outcome:
        raise Refused("这一条已经处理过，或事实已经撤回，请刷新后再看。")
    return found


def _decided(consequence: Consequence, actor: User, document: str, note: str) -> None:
    consequence.state, consequence.decided_by, consequence.decided_at = State.DONE, actor, clock.now()
    consequence.document, consequence.note = document, note
    consequence.save()
