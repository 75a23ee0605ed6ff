"""未入库人员: who was collected from but is not in the treasury, by name and by where it got stuck."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from collection.declarations import stuck
from collection.declarations.forms import StuckFilter
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from subsidies.campaigns.selectors import campaign_or_404


@roles(Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX)
def stuck_people(request: SignedIn) -> HttpResponse:
    campaign, narrowed = campaign_or_404(request.user), ListFilter(request)
    rows = stuck.not_posted(campaign=campaign, region=narrowed.prefix)
    stages = stuck.by_stage(rows)
    form = StuckFilter(request.GET or None)
    if form.is_valid():
        if form.cleaned_data["stage"]:
            rows = rows.filter(stage=form.cleaned_data["stage"])
        if wanted := form.cleaned_data["q"].strip():
            rows = rows.filter(Q(resident__name__startswith=wanted) | Q(village__name__contains=wanted))
    rows = rows.select_related("resident", "village__parent", "receipt", "declaration__township")
    page = Paginator(rows.order_by("village_id", "paid_on", "pk"), 50).get_page(request.GET.get("page"))
    for contribution in page:
        contribution.stage_label = stuck.StuckAt(contribution.stage).label
        contribution.who = stuck.WHO[stuck.StuckAt(contribution.stage)]
    return render(
        request,
        "collection/declarations/stuck_people.html",
        {
            "title": "已收未入库",
            "campaign": campaign,
            "stages": stages,
            "filter": narrowed,
            "form": form,
            "page": page,
            "people": sum(stage["people"] for stage in stages),
            "amount": sum(stage["amount"] for stage in stages),
        },
    )
