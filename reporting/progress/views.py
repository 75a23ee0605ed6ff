"""Progress: county → township → village → people; every figure leads to the names, for those who may see them."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from collection.contributions.models import Contribution
from core.access.roles import BUSINESS, Role, roles
from core.regions.models import Region
from reporting.progress import selectors as service
from reporting.progress.charts import Bar, bar_chart
from reporting.progress.goals import percent
from reporting.progress.selectors import person
from subsidies.campaigns.selectors import current

#: Who works with people one by one; leaders and departments see figures.
SEES_NAMES = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX)


@roles(*BUSINESS)
def own_region(request):
    """The user's own region; without one there is nothing to show."""
    if not request.user.scope_prefix:
        text = "您的账号没有区划，看不到进度。"
        return render(request, "reporting/rankings/nothing.html", {"title": "征缴进度", "text": text})
    return redirect("progress", code=request.user.scope_prefix)


@roles(*BUSINESS)
def region_progress(request, code):
    region = get_object_or_404(Region.objects.for_user(request.user).select_related("parent"), pk=code)
    campaign = current(request.user)
    if campaign is None:
        return render(request, "reporting/rankings/nothing.html", {"title": "征缴进度", "text": "本县还没有开始征缴。"})
    found = service.progress(campaign=campaign, region=region)
    return render(
        request,
        "reporting/progress/progress.html",
        {
            "title": f"{region.name}征缴进度",
            "campaign": campaign,
            "region": region,
            "above": _above(region, request.user),
            "found": found,
            "names": request.user.role in SEES_NAMES,
            "lists": [{"which": key, "label": label} for key, label in service.LISTS.items()],
            "below": {"county": "乡镇", "township": "村"}.get(region.level),
            "chart": _chart(found) if len(found.lines) > 1 else "",
        },
    )


@roles(*SEES_NAMES)
def region_people(request, code, which):
    """The people behind one figure, masked; a page of fifty."""
    region = get_object_or_404(Region.objects.for_user(request.user), pk=code)
    campaign = current(request.user)
    if campaign is None or which not in service.LISTS:
        raise Http404
    rows = service.people(campaign=campaign, region=region, which=which, user=request.user)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/progress/people.html",
        {
            "title": f"{region.name}：{service.LISTS[which]}",
            "region": region,
            "page_obj": page,
            "people": [person(row) for row in page],
            "paid": rows.model is Contribution,
        },
    )


def _above(region: Region, user) -> list[Region]:
    """The regions above this one that the user may open, the highest first."""
    found = []
    while region.parent_id and region.parent_id.startswith(user.scope_prefix):
        region = region.parent
        found.insert(0, region)
    return found


def _chart(found) -> str:
    """Completion of what stands below, the fullest first; shown to those who read pictures faster than tables."""
    lines = [line for line in found.lines if line.task]
    lines.sort(key=lambda line: line.done / line.task, reverse=True)
    goal = float(found.stage.share * 100) if found.stage else None
    bars = [Bar(one.region.name, one.done * 100 / one.task, percent(one.done, one.task)) for one in lines[:40]]
    return bar_chart("progress-bars", bars, goal=goal, title="完成率") if bars else ""
