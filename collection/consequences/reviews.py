"""An officer looks at what was quoted anew: takes it over, or leaves what was booked as it is; one, or all alike.

What was collected and declared is never touched: cover and waiting follow, too much paid becomes a difference, and a
free enrolment of somebody who owes something ends.
"""

from collections.abc import Collection
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction

from collection.consequences.models import Consequence
from collection.consequences.selectors import Alike, alike_rows
from collection.contributions.models import Contribution
from collection.entitlements import services as entitlements
from collection.money import services as money
from collection.money.steps import refuse_closed
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, chunks
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.text import required_text
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp

State, Outcome = Consequence.State, Consequence.Outcome


@transaction.atomic
def confirm_quote(*, consequence: Consequence, note: str, keeps: bool = False, actor: User) -> Consequence:
    """Take over what was quoted anew; with `keeps`, leave what was booked as it is. Raise Refused."""
    note = _checked(note, actor)
    if not _settle(consequence.campaign, [consequence.pk], note, keeps, actor):
        contribution = Contribution.objects.get(pk=consequence.contribution_id)
        if contribution.ended_at:
            raise Refused(f"这笔缴费{contribution.get_state_display()}，不用再确认。")
        raise Refused("这一条已经确认过，或事实已经改回，请刷新后再看。")
    return Consequence.objects.get(pk=consequence.pk)


def ask_to_confirm(*, campaign: Campaign, alike: Alike, note: str, keeps: bool, actor: User) -> Job:
    """Put in the queue to settle all who changed in the same way: there may be thousands. Raise Refused.

    `alike.people` is how many the officer saw.
    """
    note = _checked(note, actor)
    refuse_closed(campaign)
    if (now := alike_rows(user=actor, campaign=campaign, alike=alike).count()) != alike.people:
        raise Refused(f"这样变化的现在是 {now} 人，页面上是 {alike.people} 人，请刷新核对后再确认。")
    return jobs.enqueue(
        "consequences.confirm",
        actor=actor,
        key=f"{job_key(campaign)}:{sha256(repr(alike).encode()).hexdigest()[:16]}",
        region=campaign.county_id,
        campaign=campaign.pk,
        alike=alike._asdict(),
        note=note,
        keeps=keeps,
    )


def job_key(campaign: Campaign) -> str:
    """What the keys of these jobs begin with."""
    return f"consequences.confirm:{campaign.pk}"


@jobs.handler("consequences.confirm")
def _confirm_job(run: jobs.Run) -> str:
    campaign = Campaign.objects.select_related("policy_version", "county").get(pk=run.args["campaign"])
    actor: Any = run.job.created_by
    rows = alike_rows(user=actor, campaign=campaign, alike=Alike(**run.args["alike"]))
    ids, done = list(rows.order_by("pk").values_list("pk", flat=True)), 0
    for chunk in chunks(ids, BULK):
        try:
            with transaction.atomic():
                run.assert_owner()
                done += _settle(campaign, chunk, run.args["note"], run.args["keeps"], actor)
        except Refused as refusal:
            raise jobs.JobFailed(str(refusal)) from refusal
        run.progress(done, len(ids), f"已确认 {done} 人")
    return f"确认 {done} 人"


def _checked(note: str, actor: User) -> str:
    note = required_text(note, "说明")
    if actor.role != Role.COUNTY:
        raise Refused(f"核算结果的变化由{actor.county_word}医保局确认。")
    return note


def _settle(campaign: Campaign, ids: Collection[int], note: str, keeps: bool, actor: User) -> int:
    """Settle those that still wait; return how many. A constant number of statements for each way of changing."""
    next_timestamp(campaign_id=campaign.pk)
    asked = Consequence.objects.filter(pk__in=ids)
    lock_residents(asked.values_list("resident_id", flat=True))
    money.lock_accounts(campaign=campaign, villages=asked.order_by().values_list("village_id", flat=True).distinct())
    refuse_closed(campaign)
    waiting = Consequence.objects.select_for_update(of=("self",)).filter(
        pk__in=ids, state=State.OPEN, outcome=Outcome.REVIEW, contribution__ended_at__isnull=True
    )
    rows = list(waiting.order_by("pk"))
    settled = Consequence.objects.filter(pk__in=[row.pk for row in rows])
    settled.update(
        state=State.DONE,
        outcome=Outcome.STANDS if keeps else Outcome.REVIEW,
        decided_by=actor,
        decided_at=clock.now(),
        note=note,
    )
    audit.record_each(
        "consequence.confirm",
        settled,
        actor=actor,
        summary=f"{'维持原缴费，不按重新核算' if keeps else '确认重新核算'}：{note}",
        region="village_id",
        before="before",
        after="after",
    )
    if not keeps:
        _take_over(campaign, rows, note, actor)
    return len(rows)


def _take_over(campaign: Campaign, rows: Collection[Consequence], note: str, actor: User) -> None:
    by_cover: dict[tuple[date | None, date | None, int], list[int]] = {}
    for row in rows:
        after = row.after or {}
        if "benefit_from" in after:
            cover = _day(after["benefit_from"]), _day(after["benefit_to"]), after["waiting_months"]
            by_cover.setdefault(cover, []).append(row.contribution_id)
    for (start, end, months), contributions in by_cover.items():
        Contribution.objects.filter(pk__in=contributions).update(
            benefit_from=start, benefit_to=end, waiting_months=months
        )
    owing = [row.contribution_id for row in rows if (row.after or {}).get("due") not in (None, "0.00")]
    entitlements.end_free_enrolments(
        contributions=Contribution.objects.filter(pk__in=owing),
        reason=f"重新核算后须缴费：{note}",
        actor=actor,
    )
    entitlements.apply_effects(campaign=campaign, residents=[row.resident_id for row in rows], roster=None, actor=actor)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
