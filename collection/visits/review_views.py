"""What is decided about the ledger: evidence, payments that were told of, the county's list and days."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.visits import causes as county_list
from collection.visits import reviews
from collection.visits.forms import CauseForm, DecisionForm, SettleForm, TermsForm
from collection.visits.models import Cause, Exclusion, ToldPayment
from collection.visits.selectors import terms_of
from collection.visits.views import WORKS_ON
from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, submit_form
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404


@roles(*WORKS_ON)
def exclusion_list(request: SignedIn) -> HttpResponse:
    """Requests to take people out of the task, with their evidence; those that wait first."""
    campaign = campaign_or_404(request.user)
    state = request.GET.get("state", Exclusion.State.PENDING)
    rows = Exclusion.objects.for_user(request.user).filter(campaign=campaign)
    if state in Exclusion.State.values:
        rows = rows.filter(state=state)
    rows = rows.select_related(
        "resident__village__parent", "visit__cause", "visit__evidence", "requested_by", "decided_by"
    )
    facts = {
        "title": "核减审核",
        "campaign": campaign,
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "state": state,
        "states": Exclusion.State.choices,
        "decides": request.user.role in reviews.REVIEWS and campaign.is_open,
    }
    return render(request, "collection/visits/exclusion_list.html", facts)


@require_POST
@roles(*reviews.REVIEWS)
def exclusion_decide(request: SignedIn, pk: int) -> HttpResponse:
    exclusion = get_object_or_404(Exclusion.objects.for_user(request.user), pk=pk)
    form = DecisionForm(request.POST)
    submit_form(request, form, reviews.decide_exclusion, "已审核。", exclusion=exclusion)
    return redirect("exclusion_list")


@roles(*WORKS_ON)
def told_list(request: SignedIn) -> HttpResponse:
    """Payments that villagers tell of: what is waited for, what did not come, and what became of it."""
    campaign, today = campaign_or_404(request.user), clock.today()
    state = request.GET.get("state", "overdue")
    rows = ToldPayment.objects.for_user(request.user).filter(campaign=campaign)
    waiting = rows.filter(state=ToldPayment.State.WAITING, resident__status=Resident.Status.ACTIVE)
    if state == "overdue":
        rows = waiting.filter(due_on__lt=today)
    elif state == "waiting":
        rows = waiting.filter(due_on__gte=today)
    elif state in ToldPayment.State.values:
        rows = rows.filter(state=state)
    rows = rows.select_related("resident__village__parent", "visit__recorded_by", "settled_by").order_by("due_on", "pk")
    facts = {
        "title": "自述已缴",
        "campaign": campaign,
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "state": state,
        "states": [("overdue", "逾期未到，待核实"), *ToldPayment.State.choices],
        "terms": terms_of(campaign.county_id),
        "settles": state == "overdue" and campaign.is_open,
        "form": SettleForm(),
    }
    return render(request, "collection/visits/told_list.html", facts)


@require_POST
@roles(*WORKS_ON)
def told_settle(request: SignedIn, pk: int) -> HttpResponse:
    told = get_object_or_404(ToldPayment.objects.for_user(request.user), pk=pk)
    form = SettleForm(request.POST)
    submit_form(request, form, reviews.settle_told, "已记下：核实未缴，请继续动员。", told=told)
    return redirect("told_list")


@roles(Role.COUNTY)
def cause_list(request: SignedIn) -> HttpResponse:
    """The county's list of causes and its days."""
    county = get_object_or_404(Region.objects.for_user(request.user), pk=request.user.scope_prefix[:6])
    terms = terms_of(county.pk)
    new = CauseForm(request.POST if "add" in request.POST else None)
    days = TermsForm(
        request.POST if "terms" in request.POST else None,
        initial={"told_days": terms.told_days, "quiet_days": terms.quiet_days},
        prefix="terms",
    )
    if new.is_bound and run_form(
        new, lambda: county_list.save_cause(county=county, actor=request.user, **new.cleaned_data)
    ):
        messages.success(request, "已新增。")
        return redirect("cause_list")
    if days.is_bound and run_form(
        days, lambda: county_list.set_terms(county=county, actor=request.user, **days.cleaned_data)
    ):
        messages.success(request, "已设定；以前登记的自述已缴仍按登记时的天数。")
        return redirect("cause_list")
    facts = {
        "title": "未参保原因",
        "causes": Cause.objects.filter(county=county),
        "new": new,
        "days": days,
    }
    return render(request, "collection/visits/cause_list.html", facts, status=form_status(new, days))


@roles(Role.COUNTY)
def cause_edit(request: SignedIn, pk: int) -> HttpResponse:
    cause = get_object_or_404(Cause.objects.for_user(request.user).select_related("county"), pk=pk)
    facts = {name: getattr(cause, name) for name in ("name", "asks", "status", "position")}
    form = CauseForm(request.POST or None, initial=facts)
    if request.method == "POST" and run_form(
        form,
        lambda: county_list.save_cause(county=cause.county, cause=cause, actor=request.user, **form.cleaned_data),
    ):
        messages.success(request, "已保存。")
        return redirect("cause_list")
    page = {"title": f"未参保原因“{facts['name']}”", "form": form, "cause": cause}
    return render(request, "collection/visits/cause_edit.html", page, status=form_status(form))


@require_POST
@roles(Role.COUNTY)
def cause_give_up(request: SignedIn, pk: int) -> HttpResponse:
    cause = get_object_or_404(Cause.objects.for_user(request.user), pk=pk)
    given_up = request.POST.get("given_up") == "1"
    county_list.give_up_cause(cause=cause, given_up=given_up, actor=request.user)
    messages.success(request, "已停用。" if given_up else "已恢复。")
    return redirect("cause_list")
