"""事实后续: what followed from facts about people, and what waits for a decision."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from collection.consequences import decisions, reviews
from collection.consequences.forms import AlikeForm, DecisionForm
from collection.consequences.models import Consequence
from collection.consequences.selectors import alike, list_rows
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, run_step
from subsidies.campaigns.selectors import campaign_or_404


@roles(Role.COUNTY, Role.TOWNSHIP, Role.TAX)
def consequence_list(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    state, outcome = request.GET.get("state", "open"), request.GET.get("outcome", "")
    rows = list_rows(user=request.user, campaign=campaign, state=state, outcome=outcome)
    facts = {
        "title": "事实后续",
        "campaign": campaign,
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "state": state,
        "outcome": outcome,
        "states": Consequence.State.choices,
        "outcomes": Consequence.Outcome.choices,
        "decides": request.user.role == Role.COUNTY and campaign.is_open,
    }
    if facts["decides"]:
        facts["alike"] = alike(user=request.user, campaign=campaign)
        facts["job"] = Job.objects.filter(key__startswith=reviews.job_key(campaign)).order_by("-created_at").first()
    return render(request, "collection/consequences/consequence_list.html", facts)


@require_POST
@roles(Role.COUNTY)
def consequence_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Grant or refuse where the notice is silent; say what was done; confirm what was quoted anew."""
    consequence = get_object_or_404(Consequence.objects.for_user(request.user).select_related("campaign"), pk=pk)
    form = DecisionForm(request.POST)
    if flash_form_errors(request, form):
        run_step(request, lambda: _decide(consequence, form.cleaned_data, request.user), "已记下决定。")
    return redirect("consequence_list")


@require_POST
@roles(Role.COUNTY)
def consequence_confirm(request: SignedIn) -> HttpResponse:
    """Settle all whose quotes changed in the same way."""
    campaign, form = campaign_or_404(request.user), AlikeForm(request.POST)
    if flash_form_errors(request, form):
        step = {"note": form.cleaned_data["note"], "keeps": form.cleaned_data["keeps"], "actor": request.user}
        run_step(
            request,
            lambda: reviews.ask_to_confirm(campaign=campaign, alike=form.alike(), **step),
            "已交后台办理，办完后这里不再列出。",
        )
    return redirect(f"{reverse('consequence_list')}?outcome=review")


def _decide(consequence: Consequence, facts: dict[str, Any], user: User) -> None:
    if consequence.outcome == Consequence.Outcome.ASK:
        decisions.decide_refund(
            consequence=consequence,
            grants=bool(facts["grants"]),
            document=facts["document"],
            note=facts["note"],
            actor=user,
        )
    elif consequence.outcome == Consequence.Outcome.REVIEW:
        reviews.confirm_quote(consequence=consequence, note=facts["note"], keeps=facts["keeps"], actor=user)
    else:
        decisions.settle_consequence(consequence=consequence, note=facts["note"], actor=user)
