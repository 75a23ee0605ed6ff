"""Who is insured as an employee and stands on the residents' side too: a case each, with what has been done about it.

Whoever joins a unit leaves the residents' list by itself, with the refund that the clause grants; here stand those of
whom this is not done yet, and those whom the register came to know between two declarations.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.refunds.models import Refund
from core.access.scope import successor
from core.amounts import yuan
from employees.members.models import Employment, Member
from employees.members.selectors import LIVE, live_employments
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

Outcome = Consequence.Outcome


@dataclass(frozen=True)
class Double:
    """A person on both sides. `standing`: what has been done; `is_listed`: still on the residents' list."""

    member: Member
    employments: list[Employment]
    resident: Resident | None
    contribution: Contribution | None
    standing: str
    is_listed: bool


def on_both_sides(campaign: Campaign) -> QuerySet[Member]:
    """Members with an employment who are to be insured as residents by the register, or have paid as such."""
    county = campaign.county_id
    live = Employment.objects.filter(LIVE, member=OuterRef("pk"))
    people = Resident.objects.in_region(county).filter(id_number=OuterRef("id_number"), merged_into__isnull=True)
    paid = Contribution.objects.filter(
        year=campaign.year, ended_at__isnull=True, village__gte=county, village__lt=successor(county)
    )
    listed = Exists(people.filter(status=Resident.Status.ACTIVE))
    has_paid = Exists(paid.filter(resident=OuterRef("resident"))) | Exists(
        paid.filter(resident__id_number=OuterRef("id_number"))
    )
    return Member.objects.filter(Exists(live), Q(listed) | Q(has_paid), county=county).order_by("name", "pk")


def doubles(campaign: Campaign, members: list[Member]) -> list[Double]:
    """The members with both their insurances; five statements."""
    employments = live_employments(member.pk for member in members)
    numbers = {member.id_number for member in members}
    rows = Resident.objects.in_region(campaign.county_id).filter(id_number__in=numbers, merged_into__isnull=True)
    people = {resident.id_number: resident for resident in rows.select_related("village")}
    ids = {resident.pk for resident in people.values()} | {member.resident_id for member in members}
    live = Contribution.objects.filter(resident__in=ids - {None}, year=campaign.year, ended_at__isnull=True)
    paid = {contribution.resident_id: contribution for contribution in live}
    cases = Refund.objects.filter(contribution__in=paid.values(), ends_enrolment=True).exclude(
        state=Refund.State.REJECTED
    )
    refunds = {refund.contribution_id: refund for refund in cases}
    follows = Consequence.objects.filter(contribution__in=paid.values(), kind=Consequence.Kind.STATUS)
    follows = follows.exclude(state=Consequence.State.WITHDRAWN).order_by("pk")
    facts = {fact.contribution_id: fact for fact in follows}
    found = []
    for member in members:
        resident = people.get(member.id_number)
        contribution = paid.get(resident.pk if resident else 0) or paid.get(member.resident_id or 0)
        refund = refunds.get(contribution.pk) if contribution else None
        fact = facts.get(contribution.pk) if contribution else None
        is_listed = resident is not None and resident.status == Resident.Status.ACTIVE
        found.append(
            Double(
                member,
                employments.get(member.pk, []),
                resident,
                contribution,
                _standing(is_listed, refund, fact),
                is_listed,
            )
        )
    return found


def _standing(is_listed: bool, refund: Refund | None, fact: Consequence | None) -> str:
    if is_listed:
        return "居民册仍是在册，还没有按职工医保登记。"
    if refund:
        return f"退费 {yuan(refund.amount)}：{refund.get_state_display()}。"
    if fact:
        return f"{fact.get_outcome_display()}：{fact.why}"
    return "居民医保有缴费，没有登记退费，请核对。"
