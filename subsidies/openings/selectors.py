"""What the pages and steps of an opening ask: last year's villages, those of the new year, who was insured where."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from core.accounts.models import User
from core.regions.models import Region
from core.regions.names import NamedRegion, RegionNames
from residents.people.models import Resident
from subsidies.campaigns.hooks import insured_by_village
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.openings.models import OpeningStep, VillageChange
from subsidies.openings.steps import PlannedStep, StepState, all_steps
from subsidies.openings.village_list import VillageLastYear

Kind = VillageChange.Kind


@dataclass(frozen=True)
class StepLine:
    """A step on the page: how far it is and who did what."""

    step: PlannedStep
    finding: StepState
    row: OpeningStep | None
    confirmed: bool


def step_lines(proposal: PolicyProposal) -> list[StepLine]:
    """Every step of a proposal with its state."""
    rows = {row.key: row for row in proposal.steps.select_related("changed_by", "confirmed_by")}
    lines = []
    for step in all_steps():
        row, finding = rows.get(step.key), step.look(proposal)
        lines.append(StepLine(step, finding, row, is_confirmed(proposal, step.key, row) and not finding.open_points))
    return lines


def is_confirmed(proposal: PolicyProposal, key: str, row: OpeningStep | None) -> bool:
    """Whether a step was confirmed and nothing of it changed since."""
    if row is None or row.confirmed_at is None:
        return False
    return key != "policy" or row.confirmed_at >= proposal.changed_at


def last_campaign(proposal: PolicyProposal) -> Campaign | None:
    """The newest campaign of the county before the proposed year."""
    rows = Campaign.objects.filter(county=proposal.county_id, year__lt=proposal.year).order_by("-year")
    return rows.select_related("county", "policy_version").first()


def standing_villages(county: str) -> dict[str, VillageLastYear]:
    """Village code → village, with how many active people stand on its register."""
    rows = Region.objects.in_region(county).filter(level=Region.Level.VILLAGE, replaced_by=None).order_by("code")
    active = Resident.objects.in_region(county).filter(status=Resident.Status.ACTIVE).order_by()
    people = dict(active.values_list("village_id").annotate(n=Count("pk")))
    return {
        code: VillageLastYear(code, name, parent or "", people.get(code, 0))
        for code, name, parent in rows.values_list("code", "name", "parent_id")
    }


def townships_of(county: str) -> dict[str, str]:
    """Code → name of the townships that stand."""
    rows = Region.objects.in_region(county).filter(level=Region.Level.TOWNSHIP, replaced_by=None).order_by("code")
    return dict(rows.values_list("code", "name"))


def planned_places(proposal: PolicyProposal) -> list[NamedRegion]:
    """The townships and villages of the new year, in the order of their codes."""
    county = proposal.county_id
    places = {code: NamedRegion(code, name) for code, name in townships_of(county).items()}
    places |= {one.code: NamedRegion(one.code, one.name, one.township) for one in standing_villages(county).values()}
    if proposal.is_draft:
        for change in proposal.village_changes.all():
            if change.kind == Kind.MERGED:
                places.pop(change.old_code, None)
            else:
                township = "" if change.kind == Kind.TOWNSHIP else change.code[:9]
                places[change.code] = NamedRegion(change.code, change.name, township)
    return [places[code] for code in sorted(places)]


def planned_names(proposal: PolicyProposal) -> RegionNames:
    """The same by every name that people write for them."""
    return RegionNames(planned_places(proposal), proposal.county.name)


def insured_last_year(proposal: PolicyProposal) -> dict[str, int]:
    """People insured in the county's year before, by the village that takes their place in the new one."""
    before = last_campaign(proposal)
    if before is None:
        return {}
    replaced = dict(
        Region.objects.in_region(proposal.county_id)
        .filter(replaced_by__isnull=False)
        .values_list("code", "replaced_by_id")
    )
    if proposal.is_draft:
        merged = proposal.village_changes.filter(kind=Kind.MERGED)
        replaced |= dict(merged.values_list("old_code", "code"))
    found: dict[str, int] = {}
    for code, people in insured_by_village(before).items():
        seen = {code}
        while (further := replaced.get(code)) and further not in seen:
            code = further
            seen.add(code)
        found[code] = found.get(code, 0) + people
    return found


def touched_by(proposal: PolicyProposal, user: User) -> QuerySet[OpeningStep]:
    """The steps that this person changed and that nobody else has confirmed since."""
    return proposal.steps.filter(changed_by=user).filter(Q(confirmed_by=user) | Q(confirmed_by__isnull=True))
