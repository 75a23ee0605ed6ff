"""退费: applications with their papers, two reviews, a slip to be signed."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.contributions.models import Contribution
from collection.refunds import applications
from collection.refunds import services as refunds
from collection.refunds.forms import EvidenceForm, PayeeForm, RefundFilter, RefundForm
from collection.refunds.models import Refund
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from core.pages.form_steps import flash_form_errors, run_step, submit_form
from core.pages.forms import ReasonForm
from residents.people import id_numbers
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404

ASKS = (Role.TOWNSHIP, Role.TAX, Role.COUNTY)


@roles(*ASKS)
def refund_list(request: SignedIn) -> HttpResponse:
    campaign, form = campaign_or_404(request.user), RefundFilter(request.GET or None)
    rows = Refund.objects.for_user(request.user).filter(campaign=campaign)
    waiting = {state: rows.filter(state=state).count() for state in refunds.OPEN}
    if form.is_valid():
        if form.cleaned_data["state"]:
            rows = rows.filter(state=form.cleaned_data["state"])
        if wanted := form.cleaned_data["q"].strip():
            rows = rows.filter(Q(resident__name__startswith=wanted) | Q(village__name__contains=wanted))
    narrowed = ListFilter(request)
    rows = rows.in_region(narrowed.prefix)
    rows = rows.select_related("resident", "village__parent", "contribution", "self_payment")
    page = Paginator(rows.order_by("-pk"), 50).get_page(request.GET.get("page"))
    return render(
        request,
        "collection/refunds/refund_list.html",
        {
            "title": "退费",
            "filter": narrowed,
            "form": form,
            "page": page,
            "first": waiting[Refund.State.REQUESTED],
            "second": waiting[Refund.State.FIRST_PASSED],
            "asks": campaign.is_open,
        },
    )


@roles(*ASKS)
def refund_find(request: SignedIn) -> HttpResponse:
    """Whose payment is to be given back: found by the whole identity number, which the applicant brings.

    The number comes by POST, so that it stands in no address, history or log.
    """
    campaign = campaign_or_404(request.user)
    number = id_numbers.normalise(request.POST.get("number", ""))
    found: Iterable[Contribution] = []
    if number:
        people = Resident.objects.for_user(request.user).filter(id_number=number)
        found = (
            Contribution.objects.for_user(request.user)
            .filter(campaign=campaign, resident__in=people, ended_at__isnull=True)
            .select_related("resident", "village__parent")
        )
    return render(
        request,
        "collection/refunds/refund_find.html",
        {
            "title": "登记退费申请",
            "number": number,
            "found": found,
            "campaign": campaign,
            "rules": campaign.policy.refund_rules,
        },
    )


@roles(*ASKS)
def refund_create(request: SignedIn, contribution: Contribution) -> HttpResponse:
    rows = Contribution.objects.for_user(request.user).select_related(
        "resident", "village__parent", "campaign__policy_version", "campaign__county"
    )
    paid = get_object_or_404(rows, pk=contribution)
    reasons = applications.reasons_for(paid, clock.today())
    open_reasons = [
        (reason.code, f"{reason.name}（附{'、'.join(reason.evidence)}）") for reason, no in reasons if not no
    ]
    form = RefundForm(
        request.POST or None, request.FILES or None, reasons=open_reasons, initial={"payee": paid.resident.name}
    )
    if request.method == "POST" and form.is_valid():
        made = []
        if run_step(
            request,
            lambda: made.append(
                applications.request_refund(contribution=paid, actor=request.user, **form.cleaned_data)
            ),
            f"已登记退费申请，等{request.user.county_word}税务局初审。",
        ):
            return redirect("refund_detail", made[0].pk)
    return render(
        request,
        "collection/refunds/refund_create.html",
        {
            "title": "登记退费申请",
            "paid": paid,
            "form": form,
            "open": bool(open_reasons),
            "closed_reasons": [no for _, no in reasons if no],
            "left": paid.refundable - refunds.given_back(paid),
        },
        status=400 if form.errors else 200,
    )


def _refund_or_404(user: User, pk: int) -> Refund:
    rows = Refund.objects.for_user(user).select_related(
        "campaign__policy_version",
        "campaign__county",
        "resident",
        "village__parent",
        "contribution__receipt",
        "self_payment",
        "requested_by",
        "first_by",
        "second_by",
    )
    return get_object_or_404(rows, pk=pk)


@roles(*ASKS)
def refund_detail(request: SignedIn, pk: int) -> HttpResponse:
    refund = _refund_or_404(request.user, pk)
    is_open = refund.state in refunds.OPEN and refund.campaign.is_open
    is_dead = refund.resident.status == refund.resident.Status.DEAD
    return render(
        request,
        "collection/refunds/refund_detail.html",
        {
            "campaign": refund.campaign,
            "title": f"退费单 {refund.pk}",
            "refund": refund,
            "evidence": refund.evidence.all(),
            "missing": refunds.missing_evidence(refund),
            "movements": refund.movements.all(),
            "goes_to_the_dead": refunds.goes_to_the_dead(refund),
            "reviews": is_open
            and refunds.REVIEWERS[refund.state] == request.user.role
            and refund.first_by_id != request.user.pk,
            "is_open": is_open,
            "reason_form": ReasonForm(),
            "evidence_form": EvidenceForm(),
            "payee_form": PayeeForm(initial={"payee": refund.payee or ("" if is_dead else refund.resident.name)}),
        },
    )


@roles(*ASKS)
def refund_slip(request: SignedIn, pk: int) -> HttpResponse:
    """退费审批单, for the signatures and the file."""
    refund = _refund_or_404(request.user, pk)
    rule = refund.campaign.policy.refund_rules.reason(refund.reason)
    return render(
        request,
        "collection/refunds/refund_slip.html",
        {"title": "城乡居民医保退费审批单", "refund": refund, "rule": rule, "evidence": refund.evidence.all()},
    )


@require_POST
@roles(*ASKS)
def refund_evidence(request: SignedIn, pk: int) -> HttpResponse:
    refund, form = _refund_or_404(request.user, pk), EvidenceForm(request.POST, request.FILES)
    if flash_form_errors(request, form):
        run_step(
            request,
            lambda: refunds.add_evidence(refund=refund, papers=form.cleaned_data["evidence"], actor=request.user),
            "证明材料已补充。",
        )
    return redirect("refund_detail", pk)


@require_POST
@roles(*ASKS)
def refund_payee(request: SignedIn, pk: int) -> HttpResponse:
    refund, form = _refund_or_404(request.user, pk), PayeeForm(request.POST)
    submit_form(request, form, refunds.set_payee, "收款人已登记。", refund=refund)
    return redirect("refund_detail", pk)


@require_POST
@roles(Role.TAX, Role.COUNTY)
def refund_pass(request: SignedIn, pk: int) -> HttpResponse:
    """The first review for the tax bureau, the second for the insurance bureau."""
    refund = _refund_or_404(request.user, pk)
    if request.user.role == Role.TAX:
        done = f"初审通过，等{request.user.county_word}医保局复核。"
        run_step(request, lambda: refunds.pass_first(refund=refund, actor=request.user), done)
    else:
        run_step(request, lambda: refunds.pay_refund(refund=refund, actor=request.user), "复核通过，退费已记账。")
    return redirect("refund_detail", pk)


@require_POST
@roles(Role.TAX, Role.COUNTY)
def refund_reject(request: SignedIn, pk: int) -> HttpResponse:
    refund, form = _refund_or_404(request.user, pk), ReasonForm(request.POST)
    submit_form(request, form, refunds.reject_refund, "已退回，登记人能看到原因。", refund=refund)
    return redirect("refund_detail", pk)
