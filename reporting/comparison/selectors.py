"""This year beside the last, on the same day and at its end, by township and village: who came and who left.

高阳 二（三）1 and 沁水 三: not fewer people than last year. Villages count where they stand today.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.utils import timezone

from collection.contributions.models import Contribution
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.regions.models import Region
from reporting.comparison.models import PopulationFigure
from reporting.progress.counting import Cutoff, Tree, by_region, tally_villages, tree_at, within
from reporting.progress.groups import LENGTHS
from reporting.progress.selectors import cutoff_now
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns.models import Campaign


@dataclass(frozen=True)
class YearLine:
    """One region, in people. `then` is the same day last year, `last` the whole of last year; None: not known."""

    region: Region
    now: int
    then: int | None
    last: int | None
    lost: int
    won: int

    @property
    def difference(self) -> int | None:
        return None if self.then is None else self.now - self.then

    @property
    def is_behind(self) -> bool:
        return self.then is not None and self.now < self.then

    @property
    def short_of_last(self) -> int | None:
        """How many are missing until there are not fewer than last year."""
        return None if self.last is None else max(0, self.last - self.now)


@dataclass(frozen=True)
class YearComparison:
    """A region and what stands directly under it. `then_at`: the instant of last year that is compared with."""

    whole: YearLine
    lines: list[YearLine]
    now_at: datetime
    then_at: datetime | None

    @property
    def behind(self) -> list[YearLine]:
        return [line for line in self.lines if line.is_behind]


def campaign_before(campaign: Campaign) -> Campaign | None:
    """The county's campaign of the year before."""
    rows = Campaign.objects.filter(county=campaign.county_id, year=campaign.year - 1)
    return rows.select_related("county", "policy_version").first()


def a_year_earlier(at: datetime) -> datetime:
    """The same day and time of the year before; 29 February becomes the 28th."""
    local = timezone.localtime(at)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day)


def compare_years(*, campaign: Campaign, region: Region, cutoff: Cutoff | None = None) -> YearComparison:
    """Compare a county, township or village with the year before; a constant number of statements."""
    cutoff = cutoff or cutoff_now(campaign)
    tree, before = tree_at(campaign, cutoff.as_of), campaign_before(campaign)
    below = _below(tree, region)
    level = "township" if region.level == Region.Level.COUNTY else "village"
    now = _done(tree, campaign, region, cutoff)
    then_at = a_year_earlier(cutoff.as_of) if before else None
    then = last = None
    if before and then_at:
        then = _done(tree, before, region, replace(cutoff, as_of=then_at, known_at=then_at))
        last = _done(tree, before, region, cutoff)
    elif years := _insured_years(campaign, region, level):
        last = years
    lost, won = (_count(rows, level) for rows in (lost_people(campaign, region), won_people(campaign, region)))

    def line(place: Region, codes: list[str]) -> YearLine:
        def of(figures: dict[str, int] | None) -> int | None:
            return None if figures is None else sum(figures.get(code, 0) for code in codes)

        return YearLine(place, of(now) or 0, of(then), of(last), of(lost) or 0, of(won) or 0)

    lines = [line(place, [place.code]) for place in below]
    return YearComparison(line(region, [place.code for place in below] or [region.code]), lines, cutoff.as_of, then_at)


def _done(tree: Tree, campaign: Campaign, region: Region, cutoff: Cutoff) -> dict[str, int]:
    tallies = by_region(tree, tally_villages(campaign, cutoff, within(tree, region.code)))
    return {code: tally.done(cutoff.metric) for code, tally in tallies.items()}


def _below(tree: Tree, region: Region) -> list[Region]:
    if region.level == Region.Level.COUNTY:
        return list(tree.townships)
    return tree.villages_of(region.code) if region.level == Region.Level.TOWNSHIP else []


def _insured_years(campaign: Campaign, region: Region, level: str) -> dict[str, int]:
    """Where last year was not collected here: the register's insured years, by where people live today."""
    rows = InsuredYear.objects.in_region(region.code).filter(year=campaign.year - 1).order_by()
    coded = rows.annotate(code=Left("resident__village_id", LENGTHS[level]))
    return dict(coded.values_list("code").annotate(n=Count("pk")))


def _count(rows: QuerySet[Resident], level: str) -> dict[str, int]:
    coded = rows.order_by().annotate(code=Left("village_id", LENGTHS[level]))
    return dict(coded.values_list("code").annotate(n=Count("pk")))


def _insured(year: int) -> Exists:
    return Exists(Contribution.objects.filter(resident=OuterRef("pk"), year=year, ended_at__isnull=True))


def _insured_before(year: int) -> Q:
    """Insured in a year: collected here, or so on the register."""
    return Q(_insured(year)) | Q(Exists(InsuredYear.objects.filter(resident=OuterRef("pk"), year=year)))


def lost_people(campaign: Campaign, region: Region) -> ScopedQuerySet:
    """Insured last year and not this, whatever became of them. To be scoped by the caller."""
    rows = Resident.objects.in_region(region.code).exclude(status=Resident.Status.MERGED)
    return rows.filter(_insured_before(campaign.year - 1), ~_insured(campaign.year))


def won_people(campaign: Campaign, region: Region) -> ScopedQuerySet:
    """Insured this year and not last. To be scoped by the caller."""
    rows = Resident.objects.in_region(region.code).exclude(status=Resident.Status.MERGED)
    return rows.filter(_insured(campaign.year), ~_insured_before(campaign.year - 1))


#: The lists of names: key → (heading, who).
LISTS = {
    "lost": ("上年参保、今年还没有参保", lost_people),
    "won": ("今年参保、上年没有参保", won_people),
}


def people(*, campaign: Campaign, region: Region, which: str, user: User) -> ScopedQuerySet:
    """The people of a list within the user's scope, those still here first."""
    rows = LISTS[which][1](campaign, region).for_user(user)
    still_here = Q(status=Resident.Status.ACTIVE)
    return rows.select_related("village").annotate(here=still_here).order_by("-here", "village_id", "pk")


def population(campaign: Campaign, region: Region) -> dict[str, PopulationFigure]:
    """The newest figure of each kind for a region."""
    rows = PopulationFigure.objects.filter(campaign=campaign, region=region).order_by("id")
    return {row.kind: row for row in rows.select_related("attachment", "entered_by")}
