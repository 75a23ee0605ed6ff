from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from config import clock
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit.models import Event
from core.files.models import Attachment
from core.regions.models import Region
from core.tables.dry_run import QuestionError
from subsidies.campaigns.along import campaigns_of
from subsidies.campaigns.models import Campaign, PolicyProposal


def campaign_or_404(user: User) -> Campaign:
    found = current(user)
    if found is None:
        raise Http404(f"本{user.county_word}还没有开始征缴年度。")
    return found


def village_or_404(user: User, code: str) -> Region:
    own = user.region
    if own and code == user.scope_prefix and own.level == Region.Level.VILLAGE:
        return own  # a helper's own came with the account
    return get_object_or_404(Region.objects.for_user(user).select_related("parent__parent"), pk=code, level="village")


def asked_region(request: SignedIn) -> Region:
    """The region in ?region=, if it lies in the user's own; else that."""
    regions = Region.objects.for_user(request.user)
    asked = request.GET.get("region", "")
    return regions.filter(code=asked).first() or get_object_or_404(regions, code=request.user.scope_prefix)


def regions_below(request: HttpRequest, region: Region) -> QuerySet[Region]:
    """The townships of a county, the villages of a township; none below a village."""
    return Region.objects.for_user(request.user).filter(parent=region).order_by("code")


class CampaignSelection:
    """The campaigns of a county, and which of them a request is about; asks the database once, where they did not come
    with the account of `user`, who has just been read."""

    def __init__(self, county: str, year: int | None = None, user: User | None = None) -> None:
        self.county, self.year, self.user = county, year, user

    @cached_property
    def campaigns(self) -> list[Campaign]:
        """All campaigns of the county, the newest year first."""
        if self.user and (along := campaigns_of(self.user)) is not None:
            return along
        rows = Campaign.objects.filter(county_id=self.county).select_related("county", "policy_version")
        return list(rows.defer("policy_version__text").order_by("-year")) if self.county else []

    @property
    def several(self) -> bool:
        return len(self.campaigns) > 1

    @property
    def open(self) -> list[Campaign]:
        """The campaigns that are not closed, the oldest first: its cash is the most pressing."""
        return [campaign for campaign in reversed(self.campaigns) if campaign.is_open]

    def has(self, year: int) -> bool:
        return any(campaign.year == year for campaign in self.campaigns)

    @cached_property
    def chosen(self) -> Campaign | None:
        """The campaign of the year asked for. Where none was: the open one being collected, the newest open one, the
        newest; the header says which."""
        asked = next((campaign for campaign in self.campaigns if campaign.year == self.year), None)
        if asked or not self.campaigns:
            return asked
        newest_first = [campaign for campaign in self.campaigns if campaign.is_open]
        if len(newest_first) < 2:
            return newest_first[0] if newest_first else self.campaigns[0]
        today = clock.today()
        return next((c for c in newest_first if today in c.policy.period), newest_first[0])


def team_size_of(county: str) -> int | None:
    """How many people the county's notice wants in a township's team, by its present campaign."""
    campaign = CampaignSelection(county).chosen
    team = campaign.policy.contact_team if campaign else None
    return team.least if team else None


def selection_of(user: User) -> CampaignSelection:
    """The selection of this request; outside of requests that of somebody who chose no year."""
    selection = getattr(user, "campaign_selection", None)
    return selection or CampaignSelection(user.county_code)


def current(user: User) -> Campaign | None:
    """The campaign of the year that this user's request is about; None where the county has none."""
    return selection_of(user).chosen


def open_campaigns(user: User) -> list[Campaign]:
    """Every open campaign of the user's county, whichever year is chosen."""
    return selection_of(user).open


def asked_campaign(policy: str) -> Campaign:
    """Return the campaign that an operator names by its policy. Raise QuestionError if there is none."""
    if not policy:
        raise QuestionError("请给出政策：--policy 411325-2025。")
    campaign = Campaign.objects.select_related("county", "policy_version").filter(policy_version__policy_id=policy)
    if (found := campaign.first()) is None:
        raise QuestionError(f"没有政策为 {policy} 的征缴年度；请先运行 open_campaign {policy}。")
    return found


def papers_of(proposal: PolicyProposal) -> list[Attachment]:
    """The documents attached to the changes of a proposal, the first one first."""
    events = Event.objects.filter(action="policy.change", object_type="policyproposal", object_id=str(proposal.pk))
    keys = [after["file"] for after in events.values_list("after", flat=True) if after and after.get("file")]
    found = Attachment.objects.filter(pk__in=keys).select_related("uploaded_by")
    return sorted(found, key=lambda paper: keys.index(str(paper.pk)))
