"""What the pages of supervision and the bulletin ask: who answers for a place, what waits, what changed since."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from core.accounts.models import User
from core.regions.models import Region
from reporting.rankings.models import Ranking, RankingKind
from reporting.supervision.models import Activity, Finding, Measure, Post
from reporting.supervision.rules import BulletinStanding, MeasureFacts, after_a_week, measures_text, team_lacks
from subsidies.campaigns.models import Campaign

Body = Post.Body


def live_posts(campaign: Campaign, user: User) -> QuerySet[Post]:
    """Who holds a post today, in the user's region, with the county's own leading group."""
    rows = Post.objects.filter(campaign=campaign, until__isnull=True).select_related("region")
    return rows.in_region(user.scope_prefix).order_by("body", "group", "region_id", "pk")


def without_county_leader(campaign: Campaign, user: User) -> list[str]:
    """The names of the townships for which no leader of the county answers today, in one statement; none where the
    county never linked anybody."""
    links = Post.objects.filter(campaign=campaign, body=Body.COUNTY_LINK)
    led = links.filter(until__isnull=True, region__code__startswith=OuterRef("pk"))
    townships = Region.objects.in_region(user.scope_prefix).filter(level=Region.Level.TOWNSHIP, replaced_by=None)
    vacant = townships.filter(~Exists(led), Exists(links.in_region(user.scope_prefix)))
    return list(vacant.order_by("code").values_list("name", flat=True))


@dataclass
class TownshipTeam:
    """A township's four teams and who answers for it; `lacks`: what the coordination team still needs where the notice
    says who is in it (`is_set`)."""

    region: Region
    is_set: bool
    leaders: list[Post] = field(default_factory=list)
    groups: list[Post] = field(default_factory=list)
    teams: dict[str, list[Post]] = field(default_factory=dict)
    officers: dict[str, list[Post]] = field(default_factory=dict)
    villages: int = 0

    @property
    def lacks(self) -> list[str]:
        return team_lacks(post.rank for post in self.teams[Body.COORDINATION.label]) if self.is_set else []

    @property
    def held(self) -> int:
        return sum(map(len, self.teams.values()))

    @property
    def villages_without(self) -> int:
        return self.villages - len(self.officers)


def township_teams(campaign: Campaign, user: User) -> list[TownshipTeam]:
    """Every township of the user's region with its people; two statements."""
    regions = Region.objects.in_region(user.scope_prefix[:9]).filter(replaced_by=None).order_by("code")
    teams: dict[str, TownshipTeam] = {}
    is_set = campaign.policy.contact_team is not None
    bodies = (Body.PUBLICITY, Body.COLLECTION, Body.INSPECTION, Body.COORDINATION)
    for region in regions:
        if region.level == Region.Level.TOWNSHIP:
            teams[region.code] = TownshipTeam(region, is_set, teams={body.label: [] for body in bodies})
        elif region.level == Region.Level.VILLAGE and region.township_code in teams:
            teams[region.township_code].villages += 1
    for post in live_posts(campaign, user):
        team = teams.get(post.region_id[:9])
        if team is None:
            continue
        if post.body == Body.COUNTY_LINK:
            team.leaders.append(post)
        elif post.body == Body.GUIDANCE:
            team.groups.append(post)
        elif post.body == Body.TOWNSHIP_LINK:
            team.officers.setdefault(post.region_id, []).append(post)
        elif post.body != Body.LEADING:
            team.teams[post.get_body_display()].append(post)
    return list(teams.values())


def open_findings(user: User, campaign: Campaign) -> QuerySet[Finding]:
    rows = Finding.objects.for_user(user).filter(campaign=campaign)
    return rows.exclude(state=Finding.State.CLOSED).select_related("region")


def to_announce(campaign: Campaign, kind: str, as_of: datetime) -> QuerySet[Measure]:
    """The talks and orders that the bulletin of this kind and time carries; a correction carries the same ones."""
    if kind not in (RankingKind.WEEKLY, RankingKind.MONTHLY):
        return Measure.objects.none()
    same = Q(ranking__kind=kind, ranking__as_of=as_of)
    rows = Measure.objects.filter(same | Q(ranking__isnull=True), campaign=campaign, announced=True)
    return rows.filter(withdrawn_at__isnull=True).select_related("township").order_by("on", "pk")


def bulletin_paragraphs(
    measures: Iterable[Measure], previous: Ranking | None, now: dict[str, BulletinStanding]
) -> list[str]:
    """What the office writes about its measures, and what changed where the last bulletin had some."""
    texts = []
    if previous is not None:
        before = standings(previous)
        for old in previous.measures.select_related("township").order_by("on", "pk"):
            if old.township_id in before and old.township_id in now:
                texts.append(after_a_week(facts_of(old), before[old.township_id], now[old.township_id]))
    return texts + measures_text([facts_of(measure) for measure in measures])


def facts_of(measure: Measure) -> MeasureFacts:
    return MeasureFacts(
        measure.township.name,
        measure.get_kind_display(),
        measure.on,
        measure.person,
        measure.text,
        measure.deadline,
    )


def standings(ranking: Ranking) -> dict[str, BulletinStanding]:
    """How each township stood in a published ranking."""
    return {
        row["code"]: BulletinStanding(row["done"], row["task"], row["rank"]) for row in ranking.content["townships"]
    }


@dataclass(frozen=True)
class Beside:
    """A measure with how its township stood in that bulletin, and in the next one of the kind."""

    measure: Measure
    before: BulletinStanding | None
    after: BulletinStanding | None


def with_standings(measures: Iterable[Measure]) -> list[Beside]:
    """Each measure beside what changed by the bulletin after; two statements for each bulletin that has measures."""
    known: dict[int, tuple[dict[str, BulletinStanding], dict[str, BulletinStanding]]] = {}
    found = []
    for measure in measures:
        if measure.ranking is None:
            found.append(Beside(measure, None, None))
            continue
        if measure.ranking.pk not in known:
            known[measure.ranking.pk] = standings(measure.ranking), _standings_after(measure.ranking)
        before, after = known[measure.ranking.pk]
        found.append(Beside(measure, before.get(measure.township_id), after.get(measure.township_id)))
    return found


def _standings_after(ranking: Ranking) -> dict[str, BulletinStanding]:
    later = Ranking.objects.filter(campaign=ranking.campaign_id, kind=ranking.kind, as_of__gt=ranking.as_of)
    following = later.order_by("as_of", "-version").first()
    return standings(following) if following else {}


def activity_counts(
    campaign: Campaign, region: str, since: datetime | None = None, until: datetime | None = None
) -> dict[str, dict[str, int]]:
    """Township → kind → how many; one statement."""
    rows = Activity.objects.in_region(region).filter(campaign=campaign, withdrawn_at__isnull=True)
    if since and until:
        rows = rows.filter(on__gt=timezone.localtime(since).date(), on__lte=timezone.localtime(until).date())
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for code, kind, number in rows.order_by().values_list("region_id", "kind").annotate(n=Sum("number")):
        counted[code[:9]][kind] = counted[code[:9]].get(kind, 0) + number
    return counted


def activity_lines(campaign: Campaign, user: User) -> list[dict[str, Any]]:
    """One line a township: its name and the number of each kind, in the order of the kinds."""
    counted = activity_counts(campaign, user.scope_prefix)
    townships = Region.objects.in_region(user.scope_prefix[:9]).filter(level=Region.Level.TOWNSHIP, replaced_by=None)
    return [
        {"name": town.name, "numbers": [counted[town.code].get(kind, 0) for kind in Activity.Kind.values]}
        for town in townships.order_by("code")
    ]


def activities_text(counts: dict[str, int]) -> str:
    """动员会议 2，横幅标语 30"""
    return "，".join(f"{Activity.Kind(kind).label} {counts[kind]}" for kind in Activity.Kind.values if counts.get(kind))
