"""Special groups: who should be insured, who is, and who was found dead, moved away or insured elsewhere.

As the registers say now; they are corrected backwards, so a publication keeps what it saw and when.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Left

from collection.contributions.models import Contribution
from core.access.scope import ScopedQuerySet
from reporting.comparison.models import PopulationFigure
from reporting.progress.goals import Coverage, YearlyGoal, yearly_goals
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Identity

#: Insured elsewhere, gone or not here: they leave the denominator of 核实率 when they are not insured here.
EXCUSED = (
    Resident.Status.DEAD,
    Resident.Status.MOVED,
    Resident.Status.ARMY,
    Resident.Status.PRISON,
    Resident.Status.EMPLOYEE,
    Resident.Status.ELSEWHERE,
)
LENGTHS = {"township": 9, "village": 12}


def key_kinds(campaign: Campaign) -> list[str]:
    """The identities that make somebody a member of a special group, in the policy's order."""
    return [category.name for category in campaign.policy.recognised if category.key_group]


def members(campaign: Campaign, kinds: Sequence[str] | None = None) -> ScopedQuerySet:
    """Residents with a live identity of these kinds, all special ones if none are given. To be scoped by the caller."""
    live = Identity.objects.filter(
        resident=OuterRef("pk"),
        kind__in=kinds or key_kinds(campaign),
        ended_on__isnull=True,
        withdrawn_at__isnull=True,
    )
    return Resident.objects.exclude(status=Resident.Status.MERGED).filter(Exists(live))


def insured(campaign: Campaign, resident: str = "pk") -> Exists:
    """已保: has paid, or is enrolled without payment; posted or not. One meaning on every page."""
    return Exists(Contribution.objects.filter(resident=OuterRef(resident), year=campaign.year, ended_at__isnull=True))


def coverage_by_region(campaign: Campaign, region: str, level: str) -> dict[str, Coverage]:
    """Township or village code → coverage of all special groups together; nobody counted twice."""
    rows = (
        members(campaign)
        .in_region(region)
        .annotate(code=Left("village_id", LENGTHS[level]), is_insured=insured(campaign))
        .order_by()
        .values("code")
        .annotate(**_counts())
    )
    return {row["code"]: _coverage(row) for row in rows}


def coverage_by_kind(campaign: Campaign, region: str) -> list[tuple[str, Coverage]]:
    """Each special group in the policy's order; a person of two groups stands in both."""
    rows = (
        Identity.objects.in_region(region)
        .filter(kind__in=key_kinds(campaign), ended_on__isnull=True, withdrawn_at__isnull=True)
        .exclude(resident__status=Resident.Status.MERGED)
        .annotate(is_insured=insured(campaign, "resident"))
        .order_by()
        .values("kind")
        .annotate(**_counts("resident__"))
    )
    found = {row["kind"]: _coverage(row) for row in rows}
    return [(kind, found.get(kind, Coverage(0, 0))) for kind in key_kinds(campaign)]


def goals_of_the_year(campaign: Campaign, groups: Mapping[str, Coverage], people_insured: int) -> list[YearlyGoal]:
    """The county's goals beside the task (高阳 一(三)); empty where the policy counts by the task alone."""
    targets = campaign.policy.targets
    if not targets.not_below_last_year:
        return []
    living = living_population(campaign)
    register = Resident.objects.in_region(campaign.county_id).exclude(status=Resident.Status.MERGED)
    people = living.people if living else register.count()
    last_year = InsuredYear.objects.in_region(campaign.county_id).filter(year=campaign.year - 1).count()
    return yearly_goals(
        residents=Coverage(people, people_insured),
        groups=Coverage(sum(c.should for c in groups.values()), sum(c.insured for c in groups.values())),
        resident_share=Fraction(targets.overall),
        group_share=Fraction(targets.special),
        last_year=last_year,
        basis=f"常住人口 {living.people} 人（{living.source}）" if living else "居民册人数（没有录入常住人口）",
    )


def living_population(campaign: Campaign) -> PopulationFigure | None:
    """The county's newest figure of those who live there, as the statistics bureau gives it."""
    rows = PopulationFigure.objects.filter(campaign=campaign, region=campaign.county_id)
    return rows.filter(kind=PopulationFigure.Kind.LIVING).first()


def _counts(prefix: str = "") -> dict[str, Count]:
    return {
        "n_should": Count("pk"),
        "n_insured": Count("pk", filter=Q(is_insured=True)),
        "n_excused": Count("pk", filter=Q(is_insured=False, **{f"{prefix}status__in": EXCUSED})),
    }


def _coverage(row: Mapping[str, Any]) -> Coverage:
    return Coverage(should=row["n_should"], insured=row["n_insured"], excused=row["n_excused"])
