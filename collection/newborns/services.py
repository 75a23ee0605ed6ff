"""What a child's birth, its parents and their insurance mean for the child: insured without a fee, or asked again.

屯留 三: the year of birth is free. 内乡 四（二）3: free where father or mother is insured; else the fee is due. No fund
is charged for either (`Quote.funds` is empty).
"""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from collection.consequences.quotes import work_out_quotes
from collection.contributions.models import Contribution
from collection.entitlements.services import apply_effects, owing_nothing
from config import clock
from core.accounts.models import User
from core.database.bulk import chunks
from core.jobs import services as jobs
from residents.people.facts import FactChange, FactKind
from residents.people.models import ParentLink
from subsidies.campaigns.models import Campaign
from subsidies.quotes.parents import parents_decide

#: Facts of a child that may make it owe nothing.
FACTS = frozenset({FactKind.REGISTERED, FactKind.PARENT, FactKind.BIRTH_DATE})
FACT = "父母参保变化"


def follow_children(changes: Sequence[FactChange], actor: User | None, batch: str) -> None:
    """The callback for facts of children: who owes nothing is insured at once."""
    people = {change.resident_id for change in changes}
    for campaign in _running():
        for chunk in chunks(sorted(people)):
            free = owing_nothing(campaign).filter(pk__in=chunk, birth_date__gte=_born_from(campaign))
            if ids := list(free.values_list("pk", flat=True)):
                apply_effects(campaign=campaign, residents=ids, roster=None, actor=actor)


def follow_parents(changes: Sequence[FactChange], actor: User | None, batch: str) -> None:
    """The callback for statuses: a mother or father who takes up or leaves a job with insurance."""
    people = [change.resident_id for change in changes]
    for campaign in _running():
        ask_about_children(campaign=campaign, parents=people, actor=actor)


def follow_payments(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """The callback for contributions made or ended: those of parents decide about their children."""
    ask_about_children(campaign=campaign, parents=[paid.resident_id for paid in contributions], actor=actor)


def ask_about_children(*, campaign: Campaign, parents: Collection[int], actor: User | None) -> None:
    """Put the children of these people in the queue, where the county's notice asks about their parents.

    Not at once: the parents' village is locked already, and people are locked before villages.
    """
    if not parents_decide(campaign.policy) or clock.today() < campaign.policy.year_start:
        return
    children: set[int] = set()
    for chunk in chunks(parents):
        links = ParentLink.objects.filter(
            parent__in=chunk, withdrawn_at__isnull=True, child__birth_date__year=campaign.year
        )
        children.update(links.order_by().values_list("child_id", flat=True))
    for part in chunks(sorted(children)):
        jobs.enqueue(
            "newborns.follow",
            actor=actor,
            key=f"newborns.follow:{campaign.pk}:{part[0]}:{len(part)}:{clock.now().isoformat()}",
            region=campaign.county_id,
            campaign=campaign.pk,
            children=part,
        )


@transaction.atomic
def follow_insured_parents(*, campaign: Campaign, children: Collection[int], actor: User | None) -> int:
    """Insure the children who owe nothing now; who was booked otherwise is shown to an officer. Safe to repeat.

    Return how many were insured.
    """
    effects = apply_effects(campaign=campaign, residents=children, roster=None, actor=actor)
    work_out_quotes(residents=children, fact=FACT, actor=actor)
    return effects.enrolled


@jobs.handler("newborns.follow")
def _follow_job(run: jobs.Run) -> str:
    campaign = Campaign.objects.select_related("policy_version", "county").get(pk=run.args["campaign"])
    if not campaign.is_open:
        return f"{campaign}已办结，没有改动。"
    with transaction.atomic():
        run.assert_owner()
        children = run.args["children"]
        made = follow_insured_parents(campaign=campaign, children=children, actor=run.job.created_by)
    return f"核对 {len(children)} 名新生儿，免缴参保 {made} 人"


def _running() -> QuerySet[Campaign]:
    return Campaign.objects.filter(closed_at__isnull=True).select_related("policy_version", "county")


def _born_from(campaign: Campaign) -> date:
    """Of those born before this day neither age nor the year of birth decides."""
    return min(campaign.policy.by_age_from, campaign.policy.year_start)
