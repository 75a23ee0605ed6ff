from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404

from core.regions.models import Region
from core.tables.dry_run import QuestionError
from subsidies.campaigns.models import Campaign


def campaign_or_404(user) -> Campaign:
    found = current(user)
    if found is None:
        raise Http404("本县还没有开始征缴年度。")
    return found


def village_or_404(user, code: str) -> Region:
    if code == user.scope_prefix and user.region.level == Region.Level.VILLAGE:
        return user.region  # a helper's own came with the account
    return get_object_or_404(Region.objects.for_user(user).select_related("parent"), pk=code, level="village")


def asked_region(request) -> Region:
    """The region in ?region=, if it lies in the user's own; else that."""
    regions = Region.objects.for_user(request.user)
    asked = request.GET.get("region", "")
    return regions.filter(code=asked).first() or get_object_or_404(regions, code=request.user.scope_prefix)


def regions_below(request, region: Region):
    """The townships of a county, the villages of a township; none below a village."""
    return Region.objects.for_user(request.user).filter(parent=region).order_by("code")


def current(user) -> Campaign | None:
    """The campaign a page of this user is about: the county's latest open one, else its latest; None without any."""
    campaigns = Campaign.objects.filter(county_id=user.scope_prefix[:6]).select_related("county", "policy_version")
    return campaigns.order_by(F("closed_at").asc(nulls_first=True), "-year").first()


def asked_campaign(policy: str) -> Campaign:
    """Return the campaign that an operator names by its policy. Raise QuestionError if there is none."""
    if not policy:
        raise QuestionError("请给出政策：--policy 411325-2025。")
    campaign = Campaign.objects.select_related("county", "policy_version").filter(policy_version__policy_id=policy)
    if (found := campaign.first()) is None:
        raise QuestionError(f"没有政策为 {policy} 的征缴年度；请先运行 open_campaign {policy}。")
    return found
