"""缴存: the slip is recorded in the village, looked at and verified in the township."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from collection.cash import services as deposits
from collection.cash.forms import DepositFilter, DepositForm
from collection.cash.models import Deposit
from collection.cash.selectors import clock_context
from collection.slip_photos import engine
from collection.slip_photos.selectors import differing
from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from core.pages.form_steps import run_form, run_step, submit_form
from core.pages.forms import ReasonForm
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

RECORDS = (Role.VILLAGE, Role.TOWNSHIP)
VERIFIES = (Role.TOWNSHIP, Role.COUNTY)


@roles(*RECORDS)
def deposit_create(request: SignedIn, village: str) -> HttpResponse:
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    context = clock_context(campaign, region)
    in_hand = context["line"].standing.in_hand if context["line"] else 0
    form = DepositForm(
        request.POST or None,
        request.FILES or None,
        accounts=campaign.policy.deposit_accounts,
        initial={"paid_on": clock.today(), "amount": in_hand or None},
    )
    if engine.is_available():
        form.fields["photo"].widget.attrs["data-read-url"] = reverse("slip_read", args=[region.pk])
    if request.method == "POST" and run_form(
        form,
        lambda: deposits.record_deposit(campaign=campaign, village=region.pk, actor=request.user, **form.cleaned_data),
    ):
        messages.success(request, f"已登记缴存 {form.cleaned_data['amount']:,.2f} 元，待乡镇核验。")
        return redirect("village_cash", region.pk)
    return render(
        request,
        "collection/cash/deposit_form.html",
        {
            "title": "登记缴存",
            "region": region,
            "form": form,
            "campaign": campaign,
            "reads": engine.is_available(),
            **context,
        },
        status=400 if form.errors else 200,
    )


@roles(*VERIFIES, Role.VILLAGE, Role.TAX)
def deposit_list(request: SignedIn) -> HttpResponse:
    """Slips of the region, those to be verified first."""
    campaign = campaign_or_404(request.user)
    form = DepositFilter(request.GET or None)
    rows = Deposit.objects.for_user(request.user).filter(campaign=campaign)
    waiting = rows.filter(state=Deposit.State.PENDING).count()
    if form.is_valid():
        if form.cleaned_data["state"]:
            rows = rows.filter(state=form.cleaned_data["state"])
        if wanted := form.cleaned_data["q"].strip():
            rows = rows.filter(Q(slip_no=deposits.normalize_slip_no(wanted)) | Q(village__name__contains=wanted))
    narrowed = ListFilter(request)
    rows = rows.in_region(narrowed.prefix)
    rows = rows.select_related("village", "village__parent", "recorded_by", "verified_by")
    page = Paginator(rows.order_by("state", "paid_on", "pk"), 50).get_page(request.GET.get("page"))
    verifies = request.user.role in VERIFIES
    return render(
        request,
        "collection/cash/deposit_list.html",
        {
            "title": "缴存回单",
            "filter": narrowed,
            "campaign": campaign,
            "form": form,
            "page": page,
            "waiting": waiting,
            "verifies": verifies,
        },
    )


@roles(*VERIFIES, Role.VILLAGE, Role.TAX)
def deposit_detail(request: SignedIn, pk: int) -> HttpResponse:
    deposit = get_object_or_404(
        Deposit.objects.for_user(request.user).select_related(
            "campaign", "village", "village__parent", "recorded_by", "verified_by", "photo"
        ),
        pk=pk,
    )
    return render(
        request,
        "collection/cash/deposit_detail.html",
        {
            "title": f"回单 {deposit.slip_no}",
            "deposit": deposit,
            "movements": deposit.movements.select_related("actor"),
            "campaign": deposit.campaign,
            "can_verify": deposit.campaign.is_open
            and deposit.state == Deposit.State.PENDING
            and request.user.role in VERIFIES
            and deposit.recorded_by_id != request.user.pk,
            "own": deposit.recorded_by_id == request.user.pk,
            "can_reject": deposit.campaign.is_open
            and deposit.state != Deposit.State.REJECTED
            and (
                request.user.role in VERIFIES
                or (deposit.recorded_by_id == request.user.pk and deposit.state == Deposit.State.PENDING)
            ),
            "differing": differing(
                photo=deposit.photo_id, slip_no=deposit.slip_no, paid_on=deposit.paid_on, amount=deposit.amount
            ),
            "reason_form": ReasonForm(),
            **clock_context(deposit.campaign, deposit.village),
        },
    )


@require_POST
@roles(*VERIFIES)
def deposit_verify(request: SignedIn, pk: int) -> HttpResponse:
    deposit = get_object_or_404(Deposit.objects.for_user(request.user), pk=pk)
    done = f"已核验回单 {deposit.slip_no}，{deposit.amount:,.2f} 元已记入乡镇账户。"
    if not run_step(request, lambda: deposits.verify_deposit(deposit=deposit, actor=request.user), done):
        return redirect("deposit_detail", pk)
    following = (
        Deposit.objects.for_user(request.user)
        .filter(state=Deposit.State.PENDING)
        .exclude(recorded_by=request.user)
        .order_by("paid_on", "pk")
        .first()
    )
    return redirect("deposit_detail", following.pk) if following else redirect("deposit_list")


@require_POST
@roles(*VERIFIES, Role.VILLAGE)
def deposit_reject(request: SignedIn, pk: int) -> HttpResponse:
    deposit = get_object_or_404(Deposit.objects.for_user(request.user), pk=pk)
    form = ReasonForm(request.POST)
    submit_form(
        request,
        form,
        deposits.reject_deposit,
        f"回单 {deposit.slip_no} 已退回，村里可以更正后重新登记。",
        deposit=deposit,
    )
    return redirect("deposit_detail", pk)
