"""报销清单: upload, preview, confirm, take back; and who has earned the large-illness incentives."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, form_status, run_form, run_step
from core.pages.forms import ReasonForm
from subsidies.campaigns.selectors import campaign_or_404
from subsidies.claims import services
from subsidies.claims.forms import ClaimListForm
from subsidies.claims.models import ClaimList
from subsidies.claims.selectors import count_awards

MOST_LISTS = 50


@roles(Role.COUNTY)
def claim_lists(request: SignedIn) -> HttpResponse:
    """The lists there are, a new one, and the incentives counted by township."""
    campaign = campaign_or_404(request.user)
    rule = campaign.policy.benefits.large_illness
    form = ClaimListForm(
        request.POST or None, request.FILES or None, initial={"year": clock.today().year - 1, "complete": True}
    )
    taken: list[ClaimList] = []

    def take() -> None:
        given = form.cleaned_data
        taken.append(services.take_list(county=campaign.county, name=given["file"].name, actor=request.user, **given))

    if request.method == "POST" and run_form(form, take):
        return redirect("claim_list", taken[0].pk)
    lists = ClaimList.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    counts = count_awards(campaign)
    facts = {
        "title": "报销清单和激励",
        "campaign": campaign,
        "rule": rule,
        "form": form,
        "lists": lists[:MOST_LISTS],
        "counts": counts,
        "totals": {key: sum(getattr(one, key) for one in counts) for key in ("insured", "continuous", "zero_claims")},
    }
    return render(request, "subsidies/claims/claim_lists.html", facts, status=form_status(form))


@roles(Role.COUNTY)
def claim_list(request: SignedIn, pk: int) -> HttpResponse:
    """What a list says, before it is booked and after."""
    rows = ClaimList.objects.for_user(request.user).select_related("attachment", "uploaded_by", "applied_by")
    listed = get_object_or_404(rows, pk=pk)
    job = Job.objects.filter(key=services.job_key(listed)).order_by("-created_at").first()
    facts = {"title": str(listed), "listed": listed, "job": job, "form": ReasonForm()}
    return render(request, "subsidies/claims/claim_list.html", facts)


@roles(Role.COUNTY)
@require_POST
def claim_list_confirm(request: SignedIn, pk: int) -> HttpResponse:
    listed = get_object_or_404(ClaimList.objects.for_user(request.user), pk=pk)
    run_step(request, lambda: services.confirm_list(listed=listed, actor=request.user), "已确认，正在登记。")
    return redirect("claim_list", pk)


@roles(Role.COUNTY)
@require_POST
def claim_list_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    listed = get_object_or_404(ClaimList.objects.for_user(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if flash_form_errors(request, form):
        reason = form.cleaned_data["reason"]
        run_step(request, lambda: services.withdraw_list(listed=listed, reason=reason, actor=request.user), "已撤回。")
    return redirect("claim_list", pk)
