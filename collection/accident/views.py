"""意外伤害补充保险: who has chosen it, its money by township, and nothing of the campaign's."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.accident import selectors, services
from collection.accident.forms import HandoverForm, ListForm, OfferForm
from collection.accident.models import AccidentCover, AccidentList, AccidentOffer
from collection.declarations import tax_files
from core.access.roles import AT_THE_COUNTER, Role, roles
from core.accounts.requests import SignedIn
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, form_status, run_form, run_step, submit_form
from core.pages.forms import ReasonForm
from subsidies.campaigns.selectors import campaign_or_404


@roles(*AT_THE_COUNTER)
def accident_covers(request: SignedIn) -> HttpResponse:
    """The year's cover, each step a form of its own; where the notice forbids it, its clause and nothing else."""
    campaign = campaign_or_404(request.user)
    rule = campaign.policy.accident
    if rule is None or not rule.allowed:
        facts = {"title": "补充保险", "campaign": campaign, "rule": rule}
        return render(request, "collection/accident/forbidden.html", facts, status=403)
    offer = AccidentOffer.objects.filter(campaign=campaign).first()
    sent = request.POST.get("step", "")
    initial = {"insurer": offer.insurer if offer else rule.insurer, "premium": offer and offer.premium}
    offer_form = OfferForm(request.POST if sent == "offer" else None, initial=initial, prefix="offer")
    handover = HandoverForm(request.POST if sent == "handover" else None, user=request.user, prefix="handover")
    if sent == "offer" and run_form(
        offer_form,
        lambda: services.set_offer(campaign=campaign, actor=request.user, **offer_form.cleaned_data),
    ):
        messages.success(request, "已登记承保公司和保费。")
        return redirect("accident_covers")
    if sent == "handover" and run_form(
        handover, lambda: services.hand_over(campaign=campaign, actor=request.user, **handover.cleaned_data)
    ):
        messages.success(request, "已登记交款。")
        return redirect("accident_covers")
    covers = AccidentCover.objects.for_user(request.user).filter(campaign=campaign)
    lines = selectors.township_lines(user=request.user, campaign=campaign)
    facts = {
        "title": "意外伤害补充保险",
        "campaign": campaign,
        "rule": rule,
        "offer": offer,
        "lines": [line for line in lines if line.people or line.handed_over],
        "silent": [line.township for line in lines if not line.people and not line.handed_over],
        "page": Paginator(covers.select_related("resident", "village"), 50).get_page(request.GET.get("page")),
        "handovers": campaign.accident_handovers.for_user(request.user).select_related("township", "recorded_by")[:20],
        "lists": AccidentList.objects.for_user(request.user)
        .filter(campaign=campaign)
        .select_related("attachment")[:20],
        "offer_form": offer_form,
        "list_form": ListForm(),
        "handover_form": handover,
        "is_bureau": request.user.role == Role.COUNTY,
        "reason_form": ReasonForm(),
    }
    return render(request, "collection/accident/covers.html", facts, status=form_status(offer_form, handover))


@roles(*AT_THE_COUNTER)
@require_POST
def accident_upload(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    form, region = ListForm(request.POST, request.FILES), request.user.region
    made: list[tuple[AccidentList, bool]] = []
    if region and flash_form_errors(request, form):
        file = form.cleaned_data["file"]
        if run_step(
            request,
            lambda: made.append(
                services.take_list(campaign=campaign, region=region, file=file, name=file.name, actor=request.user)
            ),
            "名单已收到，正在读取。",
        ):
            return redirect("accident_list", made[0][0].pk)
    return redirect("accident_covers")


@roles(*AT_THE_COUNTER)
def accident_list(request: SignedIn, pk: int) -> HttpResponse:
    """What came of a list."""
    rows = AccidentList.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    found = get_object_or_404(rows, pk=pk)
    job = Job.objects.filter(key=tax_files.job_key(found)).order_by("-created_at").first()
    facts = {"title": "补充保险名单", "list": found, "job": job}
    return render(request, "collection/accident/list.html", facts)


@roles(*AT_THE_COUNTER)
@require_POST
def accident_end(request: SignedIn, pk: int) -> HttpResponse:
    cover = get_object_or_404(AccidentCover.objects.for_user(request.user).select_related("campaign__county"), pk=pk)
    form = ReasonForm(request.POST)
    submit_form(request, form, services.end_cover, "已退保，请退还保费。", cover=cover)
    return redirect("accident_covers")
