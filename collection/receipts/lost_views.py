"""Lost receipts of a village: reported, found again, and shown by somebody; and a number that was typed wrong."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.receipts import lost, selectors
from collection.receipts.forms import CorrectNumberForm, LostCaseForm, LostForm
from collection.receipts.models import LostReceiptCase, LostReport, Receipt
from collection.receipts.numbers import normalize_number
from collection.receipts.views import SEES_RECEIPTS
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import flash_form_errors, run_form, run_step, submit_form, try_step
from core.pages.forms import ReasonForm
from core.refusals import Refused
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

REPORTS = (Role.TOWNSHIP, Role.COUNTY)


@roles(*SEES_RECEIPTS)
def village_lost(request: SignedIn, village: str) -> HttpResponse:
    """GET shows what was reported and who showed a lost number; POST reports a range."""
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    may = request.user.role in REPORTS and campaign.is_open
    form = LostForm(request.POST if may and request.method == "POST" else None)

    def report() -> None:
        made = lost.report_lost(campaign=campaign, village=region.pk, actor=request.user, **form.cleaned_data)
        messages.success(request, f"{made} 共 {made.count} 张已挂失。有人出示其中任何一张，系统会列入核查。")

    if form.is_bound and run_form(form, report):
        return redirect("village_lost", region.pk)
    of_village = {"receipt__campaign": campaign, "village": region}
    return render(
        request,
        "collection/receipts/village_lost.html",
        {
            "title": f"{called(region.name)}收据挂失",
            "campaign": campaign,
            "region": region,
            "may": may,
            "form": form,
            "reports": LostReport.objects.for_user(request.user)
            .filter(campaign=campaign, village=region)
            .select_related("reported_by", "withdrawn_by"),
            "cases": LostReceiptCase.objects.for_user(request.user)
            .filter(**of_village)
            .select_related("receipt", "batch", "opened_by", "closed_by"),
            "case_form": LostCaseForm(),
            "reason_form": ReasonForm(),
        },
        status=400 if form.errors else 200,
    )


@require_POST
@roles(*REPORTS)
def lost_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Take a report back: the book was found, or the range was wrong."""
    report = get_object_or_404(LostReport.objects.for_user(request.user).select_related("campaign"), pk=pk)
    form = ReasonForm(request.POST)
    submit_form(request, form, lost.withdraw_report, f"{report} 的挂失已撤销，号码恢复为空白。", report=report)
    return redirect("village_lost", report.village_id)


@require_POST
@roles(*REPORTS)
def lost_case(request: SignedIn, village: str) -> HttpResponse:
    """Write down that somebody shows a lost receipt, or what was found out about it."""
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    form = LostCaseForm(request.POST)

    def step() -> None:
        text = form.cleaned_data["text"]
        if pk := form.cleaned_data["case"]:
            cases = LostReceiptCase.objects.for_user(request.user)
            lost.close_case(case=get_object_or_404(cases, pk=pk), result=text, actor=request.user)
            return
        number = normalize_number(form.cleaned_data["number"])
        receipt = Receipt.objects.filter(campaign=campaign, number=number).first()
        if receipt is None:
            raise Refused(f"收据 {number} 没有挂失。")
        lost.show_lost(receipt=receipt, village=region.pk, shown=text, actor=request.user)

    if flash_form_errors(request, form):
        run_step(request, step, "已登记。")
    return redirect("village_lost", region.pk)


@require_POST
@roles(Role.VILLAGE, *REPORTS)
def receipt_number(request: SignedIn, pk: int) -> HttpResponse:
    """Give a receipt the number that stands on the paper."""
    receipt = get_object_or_404(Receipt.objects.for_user(request.user).select_related("campaign"), pk=pk)
    form = CorrectNumberForm(request.POST)

    def correct() -> None:
        lost.correct_number(receipt=receipt, actor=request.user, **form.cleaned_data)
        lines = selectors.book_totals(campaign=receipt.campaign, region=receipt.village_id)
        skipped = sum(line.skipped for line in lines)
        left = f"本村还有 {skipped} 个跳号没有说明。" if skipped else "本村没有跳号。"
        messages.success(request, f"收据号已改正，缴费不变。{left}")

    if flash_form_errors(request, form):
        try_step(request, correct)
    return redirect("receipt_detail", pk)
