"""Progress on one surface: county → township → village; every row leads to what stands under it, and back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.access.roles import BUSINESS, roles
from core.regions.models import Region
from reporting.progress import selectors
from reporting.progress.views import SEES_NAMES
from reporting.surface.selectors import SORTS, surface
from subsidies.campaigns.selectors import current


@roles(*BUSINESS)
def own_region(request: HttpRequest) -> HttpResponse:
    """Lead to the user's own region; without one there is nothing to show."""
    if not request.user.scope_prefix:
        text = "您的账号没有区划，看不到进度。"
        return render(request, "reporting/rankings/nothing.html", {"title": "征缴进度", "text": text})
    return redirect("progress", code=request.user.scope_prefix)


@roles(*BUSINESS)
def region_progress(request: HttpRequest, code: str) -> HttpResponse:
    """Show a region: the published and the present figure, the outlook, and what stands under it, worst first."""
    region = get_object_or_404(Region.objects.for_user(request.user).select_related("parent"), pk=code)
    campaign = current(request.user)
    if campaign is None:
        return render(request, "reporting/rankings/nothing.html", {"title": "征缴进度", "text": "本县还没有开始征缴。"})
    progress = selectors.progress(campaign=campaign, region=region)
    sort = request.GET.get("sort", "worst")
    return render(
        request,
        "reporting/surface/surface.html",
        {
            "title": f"{region.name}征缴进度",
            "campaign": campaign,
            "region": region,
            "above": _above(region, request.user),
            "found": progress,
            "surface": surface(user=request.user, campaign=campaign, region=region, progress=progress, sort=sort),
            "sorts": SORTS.items(),
            "names": request.user.role in SEES_NAMES,
            "below": {"county": "乡镇", "township": "村"}.get(region.level),
        },
    )


def _above(region: Region, user) -> list[Region]:
    """Return the regions above this one that the user may open, the highest first."""
    above: list[Region] = []
    while region.parent_id and region.parent_id.startswith(user.scope_prefix):
        region = region.parent
        above.insert(0, region)
    return above
