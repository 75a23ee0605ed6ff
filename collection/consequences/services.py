"""What follows from dated facts about people, worked out for sets of them, forwards and backwards.

Every fact passes through here, whichever way it came (residents/people/facts.py), and every booking too, so that the
order in which the two come makes no difference: what stands is compared with what the facts ask for, and only the
difference is written. Locks residents only, never accounts: callers hold the residents already.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from collection.consequences.models import Consequence
from collection.consequences.rules import BookedCover, Outcome, Verdict, follows_from_status
from collection.contributions.models import Contribution
from collection.entitlements import services as entitlements
from collection.refunds.models import Refund
from collection.refunds.rules import STATUS_REASONS
from config import clock
from core.accounts.models import User
from core.amounts import ZERO, yuan
from core.audit import services as audit
from core.database.bulk import BULK, chunks, insert_with_ids
from core.database.objects import new_object, read_objects
from core.refusals import Refused
from residents.people.facts import FactChange
from residents.people.models import Resident
from subsidies.campaigns import watermark
from subsidies.campaigns.models import Campaign

Kind, State = Consequence.Kind, Consequence.State
LABELS = {str(value): str(label) for value, label in Resident.Status.choices}
_OUTCOMES = dict(Consequence.Outcome.choices)
PAY_AGAIN = Consequence.Outcome.PAY_AGAIN
_OPEN_REFUNDS = (Refund.State.REQUESTED, Refund.State.FIRST_PASSED)


@dataclass
class _Standing:
    """One campaign's people of a chunk: what they are, have booked, and what was concluded before."""

    campaign: Campaign
    people: dict[int, tuple[str, date | None]]
    contributions: list[Contribution] = field(default_factory=list)
    earlier: dict[int, Consequence] = field(default_factory=dict)
    refunds: dict[int, list[Refund]] = field(default_factory=lambda: defaultdict(list))


def follow_statuses(changes: Sequence[FactChange], actor: User | None, batch: str) -> None:
    """The callback for statuses that came or went, and for records that were merged."""
    people = {change.resident_id for change in changes}
    people |= {change.new for change in changes if isinstance(change.new, int)}
    work_out_statuses(residents=people, actor=actor, batch=batch)


def follow_bookings(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """The callback for new contributions of the people whom `concerned_by_bookings` finds."""
    work_out_statuses(residents=[one.resident_id for one in contributions], actor=actor, batch=batch)


def concerned_by_bookings(campaign: Campaign, residents: Collection[int]) -> "QuerySet[Resident, Any]":
    """The people among these who are not 在册 any more (paid before the day, listed after), or had to pay again."""
    repaid = Consequence.objects.filter(resident=OuterRef("pk"), outcome=PAY_AGAIN, state=State.OPEN)
    asked = Resident.objects.filter(~Q(status=Resident.Status.ACTIVE) | Exists(repaid), pk__in=residents)
    return asked.values_list("pk")


@transaction.atomic
def work_out_statuses(*, residents: Collection[int], actor: User | None, batch: str = "") -> None:
    """Bring what follows in line with the present statuses of these residents, in every open campaign.

    Safe to repeat. A constant number of statements for every 10,000 people.
    """
    for chunk in chunks(sorted(residents), BULK):
        people = {
            pk: (status, since)
            for pk, status, since in Resident.objects.filter(pk__in=set(chunk)).values_list("pk", "status", "status_on")
        }
        for standing in _standings(people):
            _bring_in_line(standing, actor, batch)


def _standings(people: dict[int, tuple[str, date | None]]) -> Iterable[_Standing]:
    """What is booked and concluded in each open campaign; four statements for all of them."""
    found: dict[int, _Standing] = {}
    running = Campaign.objects.filter(closed_at__isnull=True).select_related("policy_version", "county")
    campaigns = {campaign.pk: campaign for campaign in running}

    def of(row: Contribution | Consequence) -> _Standing:
        row.campaign = campaigns[row.campaign_id]
        return found.setdefault(row.campaign_id, _Standing(row.campaign, people))

    asked = {"resident_id__in": people.keys(), "campaign_id__in": campaigns}
    earlier = Consequence.objects.filter(**asked, kind=Kind.STATUS).exclude(state=State.WITHDRAWN)
    for consequence in earlier.select_related("refund", "contribution").order_by("pk"):
        of(consequence).earlier[consequence.contribution_id] = consequence
    live = Contribution.objects.filter(**asked, ended_at__isnull=True)
    for contribution in read_objects(live.order_by("pk")):
        of(contribution).contributions.append(contribution)
    given = Refund.objects.filter(contribution__resident_id__in=people.keys(), self_payment__isnull=True)
    for refund in given.exclude(state=Refund.State.REJECTED):
        if refund.campaign_id in found and refund.contribution_id:
            found[refund.campaign_id].refunds[refund.contribution_id].append(refund)
    return found.values()


def _bring_in_line(standing: _Standing, actor: User | None, batch: str) -> None:
    live = {contribution.pk: contribution for contribution in standing.contributions}
    wanted = _verdicts(standing)
    gone, again, settled = [], [], []
    booked = {contribution.resident_id for contribution in live.values()}
    for pk, earlier in standing.earlier.items():
        if earlier.outcome == PAY_AGAIN:
            if earlier.resident_id in booked or standing.people[earlier.resident_id][0] != Resident.Status.ACTIVE:
                settled.append(earlier.pk)
            continue
        if pk in wanted and _is_same(earlier, wanted[pk], standing):
            del wanted[pk]
        elif pk in live:
            gone.append(earlier)
        elif standing.people[earlier.resident_id][0] == Resident.Status.ACTIVE:
            again.append(earlier)  # what was booked has ended by it
    Consequence.objects.filter(pk__in=settled).update(state=State.DONE)
    moment = watermark.next_timestamp(campaign_id=standing.campaign.pk)
    _withdraw(standing, gone, again, moment, actor, batch)
    _conclude(standing, {pk: (live[pk], verdict) for pk, verdict in wanted.items()}, moment, actor, batch)
    if standing.campaign.closed_meanwhile():
        raise Refused(f"{standing.campaign}正在办结，请稍后再登记。")


def _verdicts(standing: _Standing) -> dict[int, Verdict]:
    """What follows for each contribution; people alike are judged once."""
    rules, today = standing.campaign.policy.refund_rules, clock.today()

    @cache
    def judge(status: str, since: date, cover: BookedCover) -> Verdict | None:
        return follows_from_status(rules, status=status, label=LABELS[status], since=since, cover=cover, on=today)

    found = {}
    for contribution in standing.contributions:
        status, since = standing.people[contribution.resident_id]
        cover = BookedCover(contribution.amount, contribution.benefit_from, contribution.benefit_to)
        if since is not None and (verdict := judge(status, since, cover)):
            found[contribution.pk] = verdict
    return found


def _is_same(earlier: Consequence, verdict: Verdict, standing: _Standing) -> bool:
    """Whether the earlier conclusion still holds; one that the bureau has decided holds while its fact does."""
    status, since = standing.people[earlier.resident_id]
    if (earlier.fact, earlier.happened_on) != (LABELS[status], since):
        return False
    if earlier.outcome == verdict.outcome:
        return True
    # A case that was opened in time is not closed by its deadline; what the bureau has decided is not decided again.
    return earlier.decided_at is not None or (earlier.refund is not None and verdict.outcome == Outcome.STANDS)


def _conclude(
    standing: _Standing,
    wanted: dict[int, tuple[Contribution, Verdict]],
    moment: datetime,
    actor: User | None,
    batch: str,
) -> None:
    if not wanted:
        return
    refunds = _open_refunds(standing, wanted, moment, actor, batch)
    made = []
    for pk, (contribution, verdict) in wanted.items():
        status, since = standing.people[contribution.resident_id]
        waits = verdict.outcome == Outcome.ASK
        made.append(
            new_object(
                Consequence,
                {"campaign": standing.campaign, "contribution": contribution}
                | ({"refund": refunds[pk]} if pk in refunds else {}),
                resident_id=contribution.resident_id,
                village_id=contribution.village_id,
                kind=Kind.STATUS,
                fact=LABELS[status],
                happened_on=since,
                outcome=verdict.outcome,
                why=verdict.why[:300],
                deadline=verdict.deadline,
                cover_ends=verdict.cover_ends,
                subsidy_stops=verdict.subsidy_stops,
                stopped_at=moment if verdict.subsidy_stops else None,
                state=State.OPEN if waits else State.DONE,
                made_at=moment,
            )
        )
    insert_with_ids(made)
    free = [pk for pk, (_, verdict) in wanted.items() if verdict.outcome == Outcome.FREE_ENDS]
    if free:
        entitlements.end_free_enrolments(
            contributions=Contribution.objects.filter(pk__in=free), reason="待遇开始以前状态变化", actor=actor
        )
    audit.record_all(
        audit.event(
            "consequence.follow",
            actor=actor,
            obj=consequence,
            batch=batch,
            summary=f"{consequence.fact}（{consequence.happened_on}）：{_OUTCOMES[consequence.outcome]}，{consequence.why}",
        )
        for consequence in made
    )


def _open_refunds(
    standing: _Standing,
    wanted: dict[int, tuple[Contribution, Verdict]],
    moment: datetime,
    actor: User | None,
    batch: str,
) -> dict[int, Refund]:
    """A refund case for whom the clause grants one; who has one already keeps it. By contribution."""
    cases: dict[int, Refund] = {}
    fresh = []
    for pk, (contribution, verdict) in wanted.items():
        if verdict.outcome != Outcome.REFUND:
            continue
        theirs = standing.refunds.get(pk, [])
        if ending := next((refund for refund in theirs if refund.ends_enrolment), None):
            cases[pk] = ending
            continue
        left = contribution.refundable - sum((refund.amount for refund in theirs), Decimal(ZERO))
        if left > 0:
            fresh.append(ending_refund(standing.campaign, contribution, verdict, left, moment, standing.people, actor))
    insert_with_ids(fresh)
    opened = {refund.contribution_id or 0: refund for refund in fresh}
    audit.record_all(
        audit.event(
            "refund.open",
            actor=actor,
            obj=refund,
            batch=batch,
            summary=f"因{refund.reason_name}自动登记退费 {yuan(refund.amount)}",
        )
        for refund in fresh
    )
    return cases | opened


def ending_refund(
    campaign: Campaign,
    contribution: Contribution,
    verdict: Verdict,
    amount: Decimal,
    moment: datetime,
    people: dict[int, tuple[str, date | None]],
    actor: User | None,
) -> Refund:
    """Return the unsaved case that gives back what is left of a contribution and ends it."""
    return new_object(
        Refund,
        {"campaign": campaign, "contribution": contribution} | ({"requested_by": actor} if actor else {}),
        resident_id=contribution.resident_id,
        village_id=contribution.village_id,
        reason=verdict.reason,
        reason_name=verdict.reason_name,
        happened_on=people[contribution.resident_id][1],
        amount=amount,
        ends_enrolment=True,
        note=verdict.why[:200],
        requested_at=moment,
    )


def _rests_on_fact(consequence: Consequence, refund: Refund) -> bool:
    """Whether an open case goes with the fact: not where somebody asked for it for another reason before."""
    reasons = {LABELS[status]: reason for status, reason in STATUS_REASONS.items()}
    is_its_own = refund.reason == reasons.get(consequence.fact)
    return is_its_own and refund.state in _OPEN_REFUNDS and not refund.returns


def _withdraw(
    standing: _Standing,
    gone: list[Consequence],
    again: list[Consequence],
    moment: datetime,
    actor: User | None,
    batch: str,
) -> None:
    """Take back what followed from a fact that is no more: cases nothing was paid on, enrolments that had ended."""
    if not gone and not again:
        return
    refunds = [c.refund.pk for c in (*gone, *again) if c.refund and _rests_on_fact(c, c.refund)]
    closed = Refund.objects.filter(pk__in=refunds, state__in=_OPEN_REFUNDS)
    says = "登记的事实已撤回或更正，不再退费"
    audit.record_each("refund.withdraw", closed, actor=actor, summary=says, region="village_id", batch=batch)
    closed.update(state=Refund.State.REJECTED, reject_reason=says)
    for pk in refunds:
        for theirs in standing.refunds.values():
            theirs[:] = [refund for refund in theirs if refund.pk != pk]
    paid = [c.pk for c in again if c.refund and (c.refund.state == Refund.State.PAID or c.refund.returns)]
    Consequence.objects.filter(pk__in=paid).update(
        outcome=Consequence.Outcome.PAY_AGAIN,
        state=State.OPEN,
        why="登记的事实已撤回，费用已经退还：请通知本人重新缴费，或追回后恢复。",
        subsidy_stops=True,
        stopped_at=Coalesce("stopped_at", Value(moment)),
    )
    rest = [c.pk for c in (*gone, *again) if c.pk not in set(paid)]
    Consequence.objects.filter(pk__in=rest).update(state=State.WITHDRAWN, subsidy_stops=False, resumed_at=moment)
    audit.record_all(
        audit.event(
            "consequence.withdraw",
            actor=actor,
            obj=consequence,
            batch=batch,
            summary=f"“{consequence.fact}”已撤回或更正：{consequence.get_outcome_display()}随之取消",
        )
        for consequence in (*gone, *again)
    )
    freed = [c.resident_id for c in again if c.outcome == Outcome.FREE_ENDS]
    if freed:
        entitlements.apply_effects(campaign=standing.campaign, residents=freed, roster=None, actor=actor)
