"""The people behind each figure of the progress, for those who may see names."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from collection.contributions.models import Contribution
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.regions.models import Region
from reporting.progress import selectors as service
from reporting.progress.selectors import person
from subsidies.campaigns.selectors import current

#: Who works with people one by one; leaders and departments see figures.
SEES_NAMES = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX)


@roles(*SEES_NAMES)
def region_people(request: SignedIn, code: str, which: str) -> HttpResponse:
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
