"""与上年比较: the same day last year, by township and village; who left and who came, by name; the population."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.access.roles import BUSINESS, Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form
from core.regions.models import Region
from reporting.comparison import selectors
from reporting.comparison.forms import PopulationForm
from reporting.comparison.services import enter_population
from reporting.progress.selectors import person
from reporting.progress.views import SEES_NAMES
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current


@roles(*BUSINESS)
def own_comparison(request: SignedIn) -> HttpResponse:
    """Lead to the user's own region."""
    if not request.user.scope_prefix:
        raise Http404
    return redirect("comparison", code=request.user.scope_prefix)


@roles(*BUSINESS)
def comparison(request: SignedIn, code: str) -> HttpResponse:
    """A region beside last year, and what stands directly under it."""
    region = get_object_or_404(Region.objects.for_user(request.user).select_related("parent"), pk=code)
    campaign = _campaign(request)
    may_enter = request.user.role == Role.COUNTY and region.level != Region.Level.VILLAGE and campaign.is_open
    form = PopulationForm(request.POST or None, request.FILES or None) if may_enter else None
    if (
        request.method == "POST"
        and form
        and run_form(
            form, lambda: enter_population(campaign=campaign, region=region, actor=request.user, **form.cleaned_data)
        )
    ):
        return redirect("comparison", code=code)
    found = selectors.compare_years(campaign=campaign, region=region)
    figures = selectors.population(campaign, region)
    facts = {
        "title": f"{region.name}与上年比较",
        "campaign": campaign,
        "region": region,
        "found": found,
        "below": {"county": "乡镇", "township": "村"}.get(region.level),
        "names": request.user.role in SEES_NAMES,
        "not_below": campaign.policy.targets.not_below_last_year,
        "population": [(figures[kind], found.whole.now) for kind in figures],
        "form": form,
    }
    return render(request, "reporting/comparison/comparison.html", facts, status=form_status(form) if form else 200)


@roles(*SEES_NAMES)
def comparison_people(request: SignedIn, code: str, moved: str) -> HttpResponse:
    """Who left or who came, masked; a page of fifty."""
    region = get_object_or_404(Region.objects.for_user(request.user), pk=code)
    if moved not in selectors.LISTS:
        raise Http404
    rows = selectors.people(campaign=_campaign(request), region=region, which=moved, user=request.user)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {
        "title": f"{region.name}：{selectors.LISTS[moved][0]}",
        "region": region,
        "page_obj": page,
        "people": [person(row) for row in page],
    }
    return render(request, "reporting/comparison/people.html", facts)


def _campaign(request: SignedIn) -> Campaign:
    if (campaign := current(request.user)) is None:
        raise Http404
    return campaign
