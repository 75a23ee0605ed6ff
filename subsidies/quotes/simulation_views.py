"""政策测算: what a proposed policy costs for the real register, beside the version that runs."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.regions.models import Region
from subsidies.campaigns.models import PolicyProposal
from subsidies.policy.policies import Policy
from subsidies.quotes.census import count_people
from subsidies.quotes.simulation import PolicyCost, Simulation, changes, simulate

MOST_CHANGES = 200


@roles(Role.COUNTY)
def proposal_cost(request: SignedIn, pk: int) -> HttpResponse:
    """What it costs by fund, category and township, and who pays more or less than now."""
    rows = PolicyProposal.objects.for_user(request.user).select_related("county", "base")
    proposal = get_object_or_404(rows, pk=pk)
    after = proposal.policy
    before = proposal.base.policy if proposal.base else after
    people = count_people(proposal.county, born_from=min(_young_from(before), _young_from(after)))
    now, then = simulate(before, people), simulate(after, people)
    names = dict(Region.objects.filter(parent=proposal.county_id).values_list("code", "name"))
    moved = changes(before, after, people)
    facts = {
        "title": f"政策测算：{proposal.name}",
        "proposal": proposal,
        "now": now.whole,
        "then": then.whole,
        "funds": _beside(now, then, "by_fund"),
        "categories": _beside(now, then, "by_category"),
        "townships": [(names.get(code, code), *costs) for code, *costs in _beside(now, then, "by_township")],
        "not_set": sorted(then.not_set.items()),
        "changes": moved[:MOST_CHANGES],
        "lose": sum(change.people for change in moved if change.difference > 0),
        "gain": sum(change.people for change in moved if change.difference < 0),
    }
    return render(request, "subsidies/quotes/proposal_cost.html", facts)


def _young_from(policy: Policy) -> date:
    """From which birth date on the age may decide what is owed."""
    return min(policy.by_age_from, policy.year_start)


def _beside(now: Simulation, then: Simulation, name: str) -> list[tuple[str, PolicyCost, PolicyCost]]:
    first, second = getattr(now, name), getattr(then, name)
    return [(key, first.get(key, PolicyCost()), second.get(key, PolicyCost())) for key in sorted({*first, *second})]
