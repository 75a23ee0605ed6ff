"""Payments quoted again when the facts they were quoted with change: insured years, births, identities, the policy.

Nothing changes silently: an officer sees what was and what would be, and confirms. Nothing stays wrong silently either:
the difference waits among the to-dos until somebody has looked at it. A fact that is taken back takes it away again.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import groupby

from django.db import transaction

from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.entitlements import services as entitlements
from collection.entitlements.models import DifferenceCase
from collection.money.steps import refuse_closed
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import CHUNK, chunks
from core.jobs import services as jobs
from core.refusals import Refused
from core.text import required_text
from residents.people.facts import FactChange, FactKind
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents

Kind, State, Outcome = Consequence.Kind, Consequence.State, Consequence.Outcome
FACTS = {
    FactKind.INSURED_YEARS: "参保年度更正",
    FactKind.BIRTH_DATE: "出生日期更正",
    FactKind.PARENT: "父母登记变化",
    FactKind.MERGED: "档案合并",
}
_COVER = ("benefit_from", "benefit_to", "waiting_months")
_WRITTEN = ("before", "after", "fact", "why", "state", "made_at", "decided_by", "decided_at")
UPDATED_AT_ONCE = 500


def follow_quotes(changes: Sequence[FactChange], actor: User | None, batch: str) -> None:
    """The callback for facts that a quote rests on."""
    for kind, label in FACTS.items():
        people = {change.resident_id for change in changes if change.kind == kind}
        if kind == FactKind.MERGED:
            people |= {change.new for change in changes if change.kind == kind and isinstance(change.new, int)}
        if people:
            work_out_quotes(residents=people, fact=label, actor=actor, batch=batch)


@transaction.atomic
def work_out_quotes(*, residents: Collection[int], fact: str, actor: User | None, batch: str = "") -> int:
    """Quote what these residents have booked in open campaigns again; return how many quotes differ.

    Safe to repeat. A constant number of statements for every 2,000 people and campaign.
    """
    found = 0
    for chunk in chunks(sorted(residents)):
        rows = Contribution.objects.filter(
            resident_id__in=chunk, campaign__closed_at__isnull=True, ended_at__isnull=True
        ).select_related("campaign__policy_version", "campaign__county", "resident")
        for _, mine in groupby(rows.order_by("campaign_id", "pk"), key=lambda row: row.campaign_id):
            booked = list(mine)
            found += review_contributions(
                campaign=booked[0].campaign, contributions=booked, fact=fact, actor=actor, batch=batch
            )
    return found


def review_contributions(
    *, campaign: Campaign, contributions: Sequence[Contribution], fact: str, actor: User | None, batch: str = ""
) -> int:
    """Compare each contribution of one chunk with what would be quoted for it now; return how many differ."""
    quotes = quote_residents(
        campaign=campaign,
        residents=[contribution.resident for contribution in contributions],
        paid_on={contribution.resident_id: contribution.paid_on for contribution in contributions},
        taking_payment=False,
    )
    ids = [contribution.pk for contribution in contributions]
    rows = Consequence.objects.filter(contribution_id__in=ids, kind=Kind.QUOTE).exclude(state=State.WITHDRAWN)
    earlier = {row.contribution_id: row for row in rows}
    cases = DifferenceCase.objects.filter(contribution_id__in=ids).exclude(state=DifferenceCase.State.WITHDRAWN)
    settled = set(cases.values_list("contribution_id", "due"))
    fresh, changed, events = [], [], []
    for contribution in contributions:
        now = _of_quote(quotes[contribution.resident_id])
        row = earlier.get(contribution.pk)
        base = row.after if row and row.state == State.DONE else _of_contribution(contribution)
        has_case = any(pk == contribution.pk and str(due) == now.get("due") for pk, due in settled)
        differs = _differs(base, now, amounts=not has_case)
        if differs and row is None:
            fresh.append(_row(campaign, contribution, base, now, fact))
        elif differs and row and (row.state == State.DONE or row.after != now):
            row.before, row.after, row.fact, row.why = base, now, fact, _why(fact)
            row.state, row.made_at, row.decided_by, row.decided_at = State.OPEN, clock.now(), None, None
            changed.append(row)
        elif not differs and row and row.state == State.OPEN:
            row.state = State.WITHDRAWN
            changed.append(row)
    Consequence.objects.bulk_create(fresh, batch_size=CHUNK)
    Consequence.objects.bulk_update(changed, list(_WRITTEN), batch_size=UPDATED_AT_ONCE)
    for row in (*fresh, *changed):
        withdrawn = row.state == State.WITHDRAWN
        says = f"{fact}：核算结果与已记缴费{'又一致，不用再确认' if withdrawn else '不同，等确认'}"
        events.append(audit.event("consequence.requote", actor=actor, obj=row, batch=batch, summary=says))
    audit.record_all(events)
    return sum(row.state == State.OPEN for row in (*fresh, *changed))


@transaction.atomic
def confirm_quote(*, consequence: Consequence, note: str, actor: User) -> Consequence:
    """Confirm what was quoted anew: cover and waiting follow at once, and too much paid becomes a difference.

    What was collected and declared is not touched. Raises Refused.
    """
    note = required_text(note, "说明")
    if actor.role != Role.COUNTY:
        raise Refused("核算结果的变化由县医保局确认。")
    refuse_closed(consequence.campaign)
    Resident.objects.select_for_update(of=("self",)).get(pk=consequence.resident_id)
    rows = Consequence.objects.select_for_update(of=("self",)).select_related("campaign__policy_version")
    consequence = rows.get(pk=consequence.pk)
    if consequence.state != State.OPEN or consequence.outcome != Outcome.REVIEW:
        raise Refused("这一条已经确认过，或事实已经改回，请刷新后再看。")
    contribution = Contribution.objects.select_for_update(of=("self",)).get(pk=consequence.contribution_id)
    if contribution.ended_at:
        raise Refused(f"这笔缴费{contribution.get_state_display()}，不用再确认。")
    after = consequence.after or {}
    if "benefit_from" in after:
        contribution.benefit_from, contribution.benefit_to = _day(after["benefit_from"]), _day(after["benefit_to"])
        contribution.waiting_months = after["waiting_months"]
        contribution.save(update_fields=list(_COVER))
    consequence.state, consequence.decided_by, consequence.decided_at = State.DONE, actor, clock.now()
    consequence.note = note
    consequence.save(update_fields=["state", "decided_by", "decided_at", "note"])
    entitlements.apply_effects(
        campaign=consequence.campaign, residents=[contribution.resident_id], roster=None, actor=actor
    )
    audit.record(
        "consequence.confirm",
        actor=actor,
        obj=consequence,
        summary=f"确认重新核算：{note}",
        before=consequence.before,
        after=consequence.after,
    )
    return consequence


def follow_policy(campaign: Campaign, actor: User | None) -> None:
    """The callback for a policy version that was adopted: a worker quotes everybody booked again."""
    jobs.enqueue(
        "consequences.policy",
        actor=actor,
        key=f"consequences.policy:{campaign.pk}:{campaign.policy_version_id[:8]}",
        region=campaign.county_id,
        campaign=campaign.pk,
    )


@jobs.handler("consequences.policy")
def _policy_job(run: jobs.Run) -> str:
    campaign = Campaign.objects.select_related("policy_version", "county").get(pk=run.args["campaign"])
    rows = Contribution.objects.filter(campaign=campaign, ended_at__isnull=True).select_related("resident")
    total, done, differ, after = rows.count(), 0, 0, 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        with transaction.atomic():
            run.assert_owner()
            differ += review_contributions(
                campaign=campaign, contributions=chunk, fact="采用政策新版本", actor=run.job.created_by
            )
        done, after = done + len(chunk), chunk[-1].pk
        run.progress(done, total, f"已重新核算 {done} 人")
    return f"重新核算 {done} 人，{differ} 人结果不同，等县医保局确认。"


def _row(campaign: Campaign, contribution: Contribution, before: dict, after: dict, fact: str) -> Consequence:
    return Consequence(
        campaign=campaign,
        resident_id=contribution.resident_id,
        village_id=contribution.village_id,
        contribution=contribution,
        kind=Kind.QUOTE,
        fact=fact,
        outcome=Outcome.REVIEW,
        why=_why(fact),
        before=before,
        after=after,
        state=State.OPEN,
        made_at=clock.now(),
    )


def _why(fact: str) -> str:
    return f"{fact}后按现在的事实重新核算，与缴费时不同，请核对后确认。"


def _of_contribution(contribution: Contribution) -> dict:
    return _told(
        contribution.amount,
        contribution.category,
        contribution.benefit_from,
        contribution.benefit_to,
        contribution.waiting_months,
    )


def _of_quote(quote: Quote | QuoteError) -> dict:
    if isinstance(quote, QuoteError):
        return {"says": f"现在不能核算：{quote.message}"}
    return _told(quote.due, quote.category, quote.benefit_from, quote.benefit_to, quote.waiting_months)


def _told(due: object, category: str, start: date | None, end: date | None, months: int) -> dict:
    waits = f"，等待期 {months} 个月" if months else ""
    return {
        "due": str(due),
        "category": category,
        "benefit_from": start.isoformat() if start else None,
        "benefit_to": end.isoformat() if end else None,
        "waiting_months": months,
        "says": f"{category}，应缴 {due} 元，待遇 {start or '—'} 至 {end or '—'}{waits}",
    }


def _differs(before: dict, after: dict, *, amounts: bool) -> bool:
    """Whether an officer has to look; an amount for which there is a case of its own is looked at there."""
    keys: Iterable[str] = (*_COVER, "due") if amounts else _COVER
    return any(before.get(key) != after.get(key) for key in keys)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
