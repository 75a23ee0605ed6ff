"""未入库人员: who was collected from but is not in the treasury, by name and by where it got stuck."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from collection.declarations import stuck
from collection.declarations.forms import StuckFilter
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.audit.changes import kept_and_mended
from core.filters.selectors import ListFilter
from subsidies.campaigns.selectors import campaign_or_404


@roles(Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX)
def stuck_people(request: SignedIn) -> HttpResponse:
    campaign, narrowed = campaign_or_404(request.user), ListFilter(request)
    counted = kept_and_mended(
        f"stuck:{campaign.pk}:{narrowed.prefix}",
        lambda: stuck.by_village(stuck.not_posted(campaign=campaign, region=narrowed.prefix)),
        lambda _, changes: None,  # a slip or a declaration of one village may move the money of many
    )
    stages, form = stuck.by_stage(counted), StuckFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {"stage": "", "q": ""}
    chosen = Q(stage=asked["stage"]) if asked["stage"] else Q()
    if wanted := asked["q"].strip():
        chosen &= Q(resident__name__startswith=wanted) | Q(village__name__contains=wanted)
        found = stuck.not_posted(campaign=campaign, region=narrowed.prefix).filter(chosen)
        listed = stuck.by_village(found)
    else:
        listed = [one for one in counted if asked["stage"] in ("", one.stage)]

    def rows_of(villages: list[str]) -> QuerySet[Any]:
        rows = stuck.not_posted(campaign=campaign, region=narrowed.prefix, villages=villages).filter(chosen)
        return rows.select_related("resident", "village__parent", "receipt", "declaration__township")

    page = Paginator(stuck.VillageByVillage(listed, rows_of), 50).get_page(request.GET.get("page"))
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
