"""Payments quoted again when the facts they were quoted with change: insured years, births, identities, the policy.

Nothing changes silently: an officer sees what was and what would be, and confirms (reviews.py). Nor stays it wrong:
the difference waits among the to-dos until somebody has looked at it. A fact that is taken back takes it away again.
"""

from collections.abc import Collection, Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from collection.consequences.comparing import QuoteComparison, QuotedContribution, Reviewed, compare
from collection.consequences.grouped import Groups
from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, chunks, insert_rows, instant, update_rows
from core.jobs import services as jobs
from residents.people.facts import FactChange, FactKind
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign

Kind, State, Outcome = Consequence.Kind, Consequence.State, Consequence.Outcome
FACTS = {
    FactKind.INSURED_YEARS: "参保年度更正",
    FactKind.BIRTH_DATE: "出生日期更正",
    FactKind.PARENT: "父母登记变化",
    FactKind.MERGED: "档案合并",
}
NEW_VERSION = "采用政策新版本"
_SHARED = ("campaign", "kind", "fact", "outcome", "why", "state", "made_at")
_OWN = ("resident", "village", "contribution", "before", "after")
_AGAIN = ("before", "after", "fact", "why", "outcome", "state", "made_at", "decided_by", "decided_at")
#: Contributions whose facts are held in memory at a time, some 50 MB.
COMPARED_AT_ONCE = 50_000


def follow_quotes(changes: Sequence[FactChange], actor: User | None, batch: str) -> None:
    """The callback for facts that a quote rests on."""
    for kind, label in FACTS.items():
        people = {change.resident_id for change in changes if change.kind == kind}
        if kind == FactKind.MERGED:
            people |= {change.new for change in changes if change.kind == kind and isinstance(change.new, int)}
        if people:
            work_out_quotes(residents=people, fact=label, actor=actor, batch=batch)


def follow_ends(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """The callback for contributions that ended: nobody has to look at their quotes any more."""
    rows = Consequence.objects.filter(
        contribution_id__in=[ended.pk for ended in contributions], kind=Kind.QUOTE, state=State.OPEN
    )
    says = "缴费已经终止，核算结果不用再确认"
    audit.record_each("consequence.withdraw", rows, actor=actor, summary=says, region="village_id", batch=batch)
    rows.update(state=State.WITHDRAWN)


@transaction.atomic
def work_out_quotes(*, residents: Collection[int], fact: str, actor: User | None, batch: str = "") -> int:
    """Quote what these residents have booked in open campaigns again; return how many quotes differ.

    Safe to repeat. A constant number of statements for every 10,000 people and campaign.
    """
    found = 0
    for chunk in chunks(sorted(residents), BULK):
        live = Contribution.objects.filter(resident_id__in=chunk, ended_at__isnull=True)
        asked = live.filter(campaign__closed_at__isnull=True).order_by().values("campaign")
        campaigns = Campaign.objects.filter(pk__in=asked).select_related("policy_version", "county")
        for campaign in campaigns.order_by("pk"):
            mine = live.filter(campaign=campaign)
            found += review_contributions(campaign=campaign, contributions=mine, fact=fact, actor=actor, batch=batch)
    return found


def review_contributions(
    *,
    campaign: Campaign,
    contributions: QuerySet[Contribution],
    fact: str,
    actor: User | None,
    batch: str = "",
) -> int:
    """Compare these contributions with what would be quoted for them now; return how many wait for an officer.

    Call with their residents locked: what is compared must not change meanwhile.
    """
    matter = [one for one in compare(campaign, contributions) if one.matters]
    fresh = [one for one in matter if one.earlier is None]
    again = [one for one in matter if one.differs and one.earlier and not _is_said(one, one.earlier)]
    over = [one.earlier.pk for one in matter if one.earlier and not one.differs]
    moment = instant(clock.now())
    why = _why(fact)
    for part in chunks(fresh, BULK):
        shared = [campaign.pk, Kind.QUOTE, fact, Outcome.REVIEW, why, State.OPEN, moment]
        insert_rows(Consequence, [*_SHARED, *_OWN], [[*shared, *_own(one)] for one in part])
    for part in chunks(again, BULK):
        now = [fact, why, Outcome.REVIEW, State.OPEN, moment, None, None]
        update_rows(Consequence, list(_AGAIN), [[_pk(one), one.before, one.now, *now] for one in part])
    rows = Consequence.objects.filter(pk__in=over)
    rows.update(state=State.WITHDRAWN)
    _record_over(rows, fact, actor, batch)
    waiting = [one.booked.pk for one in (*fresh, *again)]
    rows = Consequence.objects.filter(contribution_id__in=waiting, kind=Kind.QUOTE, state=State.OPEN)
    _record_waiting(rows, fact, actor, batch)
    return len(waiting)


def _why(fact: str) -> str:
    return f"{fact}后按现在的事实重新核算，与缴费时不同，请核对后确认。"


def _record_waiting(rows: QuerySet[Consequence], fact: str, actor: User | None, batch: str) -> None:
    says = f"{fact}：核算结果与已记缴费不同，待确认"
    audit.record_each("consequence.requote", rows, actor=actor, summary=says, region="village_id", batch=batch)


def _record_over(rows: QuerySet[Consequence], fact: str, actor: User | None, batch: str) -> None:
    says = f"{fact}：核算结果与已记缴费又一致，不用再确认"
    audit.record_each("consequence.requote", rows, actor=actor, summary=says, region="village_id", batch=batch)


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
    """Compare everybody booked: by groups, and children by reading alone; only those who differ are locked."""
    campaign = Campaign.objects.select_related("policy_version", "county").get(pk=run.args["campaign"])
    live = Contribution.objects.filter(campaign=campaign, ended_at__isnull=True)
    total, done, differ = live.count(), 0, 0
    groups = Groups.of(campaign, live)
    for part in _parts(live):
        children = [one.booked for one in compare(campaign, part.exclude(groups.grown())) if one.matters]
        differ += _review_grown(run, groups, part) + _review_children(run, campaign, children)
        done = min(done + COMPARED_AT_ONCE, total)
        run.progress(done, total, f"已重新核算 {done} 人")
    return f"重新核算 {total} 人，{differ} 人结果不同，等{campaign.county_word}医保局确认。"


@transaction.atomic
def _review_grown(run: jobs.Run, groups: Groups, part: QuerySet[Contribution]) -> int:
    """Write about those whom groups of people alike can tell; return how many wait for an officer by it."""
    run.assert_owner()
    shared = {"kind": Kind.QUOTE, "fact": NEW_VERSION, "outcome": Outcome.REVIEW, "state": State.OPEN}
    told = {"why": _why(NEW_VERSION), "made_at": instant(clock.now())}
    waiting, actor = 0, run.job.created_by
    for written in groups.write(part, {name: str(value) for name, value in (shared | told).items()}):
        if written.over:
            _record_over(written.rows(written.over), NEW_VERSION, actor, "")
        if written.waiting:
            _record_waiting(written.rows(written.waiting), NEW_VERSION, actor, "")
        waiting += len(written.waiting)
    return waiting


def _review_children(run: jobs.Run, campaign: Campaign, children: list[QuotedContribution]) -> int:
    """Compare these again, one by one, under their locks."""
    differ = 0
    for chunk in chunks(children, BULK):
        with transaction.atomic():
            run.assert_owner()
            lock_residents(booked.resident_id for booked in chunk)
            live = Contribution.objects.filter(pk__in=[booked.pk for booked in chunk], ended_at__isnull=True)
            actor = run.job.created_by
            differ += review_contributions(campaign=campaign, contributions=live, fact=NEW_VERSION, actor=actor)
    return differ


def _parts(rows: QuerySet[Contribution]) -> Iterator[QuerySet[Contribution]]:
    """Cut contributions into parts that memory can hold, by their ids."""
    after = 0
    while ids := rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:COMPARED_AT_ONCE]:
        last = list(ids)[-1]
        yield rows.filter(pk__gt=after, pk__lte=last)
        after = last


def _own(one: QuoteComparison) -> list[object]:
    """The columns of _OWN as JSON values."""
    return [one.booked.resident_id, one.booked.village_id, one.booked.pk, one.before, one.now]


def _pk(one: QuoteComparison) -> int | None:
    return one.earlier and one.earlier.pk


def _is_said(one: QuoteComparison, earlier: Reviewed) -> bool:
    return earlier.state == State.OPEN and earlier.after == one.now
