"""Reminders to unpaid households: written whole by a worker, looked at with their number and cost, then let go.

Nothing leaves before somebody has agreed; what has gone, nobody takes back. Each message is looked at again when it is
sent (kinds.py).
"""

from django.db import IntegrityError, transaction
from django.db.models import Sum

from collection.messages import kinds
from collection.messages.households import UnpaidHousehold, households_to_remind, unpaid
from collection.messages.models import MessageAbout, ReminderBatch
from config import clock
from core.access.roles import AT_THE_COUNTER, Role
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.jobs import services as jobs
from core.messages import opt_outs, templates
from core.messages.models import OutboxMessage
from core.messages.services import queued_since
from core.messages.texts import cost, fill, parts
from core.refusals import Refused
from core.regions.models import Region
from core.text import required_text
from subsidies.campaigns.models import Campaign

State = ReminderBatch.State
#: From so many messages on, another person of the bureau than who asked has to agree.
MANY = 200
#: Why a batch without messages is over.
NOBODY = "没有可以提醒的户"


@transaction.atomic
def prepare_reminders(*, campaign: Campaign, region: Region, actor: User) -> ReminderBatch:
    """Have the reminders to a region's unpaid households written; the open batch of the region, if there is one.

    One that came out empty gives way to a new one. Raises Refused.
    """
    if actor.role not in AT_THE_COUNTER:
        raise Refused(f"催缴短信由{actor.county_word}医保局或乡镇征缴专班准备。")
    if not campaign.is_open or campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不再催缴。")
    rows = ReminderBatch.objects.filter(campaign=campaign, region=region, state__in=[State.WRITING, State.READY])
    for empty in rows.filter(state=State.READY, households=0).select_related("campaign", "region"):
        rows.filter(pk=empty.pk).update(state=State.WITHDRAWN, reason=NOBODY)
        _record("withdraw", empty, actor, f"取消{empty}：{NOBODY}")
    batch = rows.first() or _new_batch(campaign, region, actor) or rows.get()
    if batch.state != State.WRITING:
        return batch
    batch.job = jobs.enqueue(
        "reminder.write", actor=actor, key=f"reminder.write:{batch.pk}", region=region.pk, batch=batch.pk
    )
    batch.save(update_fields=["job"])
    return batch


def _new_batch(campaign: Campaign, region: Region, actor: User) -> ReminderBatch | None:
    """A batch to be written; None where somebody has just begun one for the region."""
    try:
        with transaction.atomic():
            batch = ReminderBatch.objects.create(
                campaign=campaign,
                region=region,
                template=templates.wording_of(campaign.county_id, kinds.UNPAID).text,
                requested_by=actor,
                requested_at=clock.now(),
            )
    except IntegrityError:
        return None
    _record("prepare", batch, actor, f"准备{batch}")
    return batch


@jobs.handler("reminder.write")
def write_reminders(run: jobs.Run) -> str:
    """Write every message of the batch, village by village; a run that was broken off begins anew."""
    batch = ReminderBatch.objects.select_related("campaign__policy_version", "region").get(pk=run.args["batch"])
    if batch.state != State.WRITING:
        return ""
    OutboxMessage.objects.filter(batch=batch.batch, state=OutboxMessage.State.DRAFT).delete()
    villages = Region.objects.in_region(batch.region_id).filter(level=Region.Level.VILLAGE, replaced_by=None)
    codes = list(villages.order_by("pk").values_list("pk", flat=True))
    for number, code in enumerate(codes, 1):
        with transaction.atomic():
            run.assert_owner()
            _write_village(batch, code)
        run.progress(number, len(codes), f"已写 {batch.households} 户")
    with transaction.atomic():
        run.assert_owner()
        price = templates.price_of(batch.campaign.county_id)
        batch.parts = _drafts(batch).aggregate(sum=Sum("parts"))["sum"] or 0
        batch.cost, batch.state = cost(batch.parts, price), State.READY
        ReminderBatch.objects.filter(pk=batch.pk, state=State.WRITING).update(
            **{name: getattr(batch, name) for name in _COUNTED}
        )
    return f"已写好 {batch.households} 条，等核准后发送" if batch.households else NOBODY


_COUNTED = (
    "households", "people", "without_phone", "opted_out", "reminded", "unquoted", "parts", "cost", "state",
)  # fmt: skip


def _write_village(batch: ReminderBatch, code: str) -> None:
    households, unquoted = households_to_remind(
        campaign=batch.campaign, people=unpaid(batch.campaign).filter(village=code)
    )
    batch.unquoted += unquoted
    reached = [household for household in households if household.to]
    batch.without_phone += len(households) - len(reached)
    phones = [household.to.phone for household in reached if household.to]
    silent = opt_outs.opted_out(county=batch.campaign.county_id, phones=phones)
    rested = queued_since(kinds.UNPAID, phones, clock.now() - kinds.REST_BETWEEN)
    villages = {v.pk: v for v in Region.objects.filter(pk=code).select_related("parent")}
    messages, about = [], []
    for household in reached:
        phone = household.to.phone if household.to else ""
        if phone in silent or phone in rested:
            batch.opted_out += phone in silent
            batch.reminded += phone not in silent
            continue
        message = _draft(batch, household, villages)
        messages.append(message)
        about += [MessageAbout(message=message, resident=resident) for resident in household.people]
        batch.people += len(household.people)
        rested.add(phone)  # two households with one telephone get one message
    batch.households += len(messages)
    OutboxMessage.objects.bulk_create(messages, batch_size=CHUNK // 4)
    for person in about:
        person.message_id = person.message.pk
    MessageAbout.objects.bulk_create(about, batch_size=CHUNK // 4)


def _draft(batch: ReminderBatch, household: UnpaidHousehold, villages: dict[str, Region]) -> OutboxMessage:
    text = fill(batch.template, kinds.remind_values(batch.campaign, household, villages))
    return OutboxMessage(
        key=f"{kinds.UNPAID}:{batch.pk}:{household.key}",
        kind=kinds.UNPAID,
        region_code=household.village,
        to_name=household.to.name if household.to else "",
        to_phone=household.to.phone if household.to else "",
        text=text,
        parts=parts(text),
        batch=batch.batch,
        state=OutboxMessage.State.DRAFT,
        created_at=clock.now(),
    )


def _drafts(batch: ReminderBatch) -> ScopedQuerySet:
    return OutboxMessage.objects.filter(batch=batch.batch, state=OutboxMessage.State.DRAFT)


def why_not_approve(batch: ReminderBatch, user: User) -> str:
    """Why this person may not let the batch go, or ""."""
    if user.role != Role.COUNTY:
        return f"催缴短信由{user.county_word}医保局核准发送。"
    if batch.households >= MANY and batch.requested_by_id == user.pk:
        return f"{MANY} 条及以上的，由{user.county_word}医保局的另一名人员核对后发送。"
    return ""


@transaction.atomic
def approve_reminders(*, batch: ReminderBatch, seen: int, actor: User) -> ReminderBatch:
    """Let the messages go, as somebody has seen them: `seen` is the number on the page. Raises Refused."""
    batch = ReminderBatch.objects.select_for_update(of=("self",)).select_related("campaign", "region").get(pk=batch.pk)
    if batch.state == State.APPROVED:
        return batch
    if batch.state != State.READY:
        raise Refused(f"本批{batch.get_state_display()}，不能发送。")
    if refusal := why_not_approve(batch, actor):
        raise Refused(refusal)
    if seen != batch.households:
        raise Refused("条数和您看到的不一样，请刷新后再核对。")
    if not batch.households:
        raise Refused("没有要发的短信，请取消本批。")
    if batch.campaign.closed_meanwhile():
        raise Refused(f"{batch.campaign}已办结，不再催缴。")
    _drafts(batch).update(state=OutboxMessage.State.WAITING)
    batch.state, batch.decided_by, batch.decided_at = State.APPROVED, actor, clock.now()
    batch.save(update_fields=["state", "decided_by", "decided_at"])
    says = f"核准发送{batch}：{batch.households} 户 {batch.people} 人，预计 {batch.cost or '—'} 元"
    _record("approve", batch, actor, says)
    return batch


@transaction.atomic
def withdraw_reminders(*, batch: ReminderBatch, reason: str, actor: User) -> ReminderBatch:
    """Send nothing of the batch any more; what has gone has gone. Raises Refused."""
    batch = ReminderBatch.objects.select_for_update(of=("self",)).select_related("campaign", "region").get(pk=batch.pk)
    if batch.state == State.WITHDRAWN:
        return batch
    reason = required_text(reason, "取消的原因")
    if actor.role != Role.COUNTY and batch.requested_by_id != actor.pk:
        raise Refused(f"催缴短信由申请人或{actor.county_word}医保局取消。")
    waiting = OutboxMessage.objects.filter(
        batch=batch.batch, state__in=[OutboxMessage.State.DRAFT, OutboxMessage.State.WAITING]
    )
    stopped = waiting.update(state=OutboxMessage.State.DROPPED, error=f"整批取消：{reason}"[:200])
    batch.state, batch.reason = State.WITHDRAWN, reason
    batch.save(update_fields=["state", "reason"])
    _record("withdraw", batch, actor, f"取消{batch}，{stopped} 条不再发送：{reason}")
    return batch


def _record(verb: str, batch: ReminderBatch, actor: User, summary: str) -> None:
    after = {"count": batch.households, "people": batch.people}
    audit.record(f"message.{verb}", actor=actor, obj=batch, summary=summary, after=after)
