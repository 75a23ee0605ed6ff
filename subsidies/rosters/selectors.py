"""What the pages of rosters ask: which lists a user may see, what came of each, who is on them."""

from django.db.models import Count, QuerySet

from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.jobs.models import Job
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Identity, Roster, RosterRow

Outcome = RosterRow.Outcome
#: The groups of the preview and the outcomes in each.
OUTCOME_GROUPS = {
    "new": (Outcome.NEW,),
    "ended": (Outcome.ENDED,),
    "held": (Outcome.HELD,),
    "unchanged": (Outcome.UNCHANGED,),
    "problems": (
        Outcome.NOT_FOUND,
        Outcome.NAME_DIFFERS,
        Outcome.DECEASED,
        Outcome.MOVED,
        Outcome.DUPLICATE,
        Outcome.BAD_ROW,
        Outcome.HIDDEN,
    ),
}
#: Rows that may mean somebody else than they say; until they are settled nobody whom they may mean is ended.
DOUBTFUL = (Outcome.BAD_ROW, Outcome.NOT_FOUND, Outcome.NAME_DIFFERS, Outcome.HIDDEN)


def rosters_for(user: User) -> QuerySet[Roster]:
    """The lists a user may see: the bureau all of the county, a department its own."""
    rows = Roster.objects.for_user(user).select_related("campaign__county", "campaign__policy_version")
    return rows.filter(department=user.department) if user.role == Role.DEPARTMENT else rows


def rosters_of(user: User, campaign: Campaign | None) -> QuerySet[Roster]:
    """The lists of one campaign, with who handed in and who applied them."""
    return rosters_for(user).filter(campaign=campaign).select_related("uploaded_by", "applied_by")


def outcome_counts(roster: Roster) -> dict[str, int]:
    """Count the people in each group of the preview."""
    counted = dict(roster.rows.order_by().values_list("outcome").annotate(n=Count("pk")))
    return {group: sum(counted.get(outcome, 0) for outcome in outcomes) for group, outcomes in OUTCOME_GROUPS.items()}


def rows_in_group(roster: Roster, group: str) -> QuerySet[RosterRow]:
    """The rows of one group of the preview, in the order of the list."""
    rows = roster.rows.filter(outcome__in=OUTCOME_GROUPS[group]).select_related("resident__village")
    return rows.order_by("number", "pk")


def doubtful_rows(roster: Roster) -> QuerySet[RosterRow]:
    """The rows that nobody has settled yet."""
    return roster.rows.filter(outcome__in=DOUBTFUL, accepted_by__isnull=True).order_by("number", "pk")


def kept_identities(roster: Roster, most: int = 500) -> list[tuple[Identity, str]]:
    """The identities that stayed when the list was withdrawn, with masked numbers."""
    kept = roster.identities.filter(withdrawn_at__isnull=True).select_related("resident__village")
    return [(identity, masks.mask(identity.resident.id_number)) for identity in kept[:most]]


def latest_job(roster: Roster) -> Job | None:
    """The job that is at work on a list, or the last one that was."""
    keys = [f"roster.{verb}.{roster.pk}" for verb in ("read", "apply", "withdraw")]
    return Job.objects.filter(key__in=keys).order_by("-created_at").first()
