"""专用收据: a village's receipts by number, one receipt, and the worklist of what is not explained."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.receipts import services as receipts
from collection.receipts.forms import CorrectNumberForm, NumberForm
from collection.receipts.models import Receipt
from collection.receipts.numbers import normalize_number
from collection.receipts.selectors import book_totals, skipped_numbers, without_book
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_form
from core.pages.forms import ReasonForm
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

SEES_RECEIPTS = (Role.COUNTY, Role.TOWNSHIP, Role.TAX, Role.VILLAGE)


@roles(*SEES_RECEIPTS)
def village_receipts(request: SignedIn, village: str) -> HttpResponse:
    """One village's receipts by number, its books with what was skipped, and what became of blank ones."""
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    form = NumberForm(request.POST or None)
    if request.method == "POST":

        def explain() -> None:
            receipt = receipts.explain_number(
                campaign=campaign, village=region.pk, actor=request.user, **form.cleaned_data
            )
            messages.success(request, f"收据 {receipt.number} 已登记为{receipt.get_state_display()}。")

        if run_form(form, explain):
            return redirect("village_receipts", region.pk)
    rows = Receipt.objects.for_user(request.user).filter(campaign=campaign, village=region)
    wanted = normalize_number(request.GET.get("q", ""))
    if wanted:
        rows = rows.filter(number__startswith=wanted)
    if request.GET.get("state") in Receipt.State.values:
        rows = rows.filter(state=request.GET["state"])
    totals = book_totals(campaign=campaign, region=region.pk)
    return render(
        request,
        "collection/receipts/village_receipts.html",
        {
            "title": f"{called(region.name)}专用收据",
            "campaign": campaign,
            "region": region,
            "books": [(line, skipped_numbers(book=line.book, at_most=40) if line.skipped else []) for line in totals],
            "loose": without_book(campaign=campaign, region=region.pk).count(),
            "form": form,
            "q": request.GET.get("q", ""),
            "state": request.GET.get("state", ""),
            "states": Receipt.State.choices,
            "page": Paginator(rows.select_related("book").order_by("-number"), 50).get_page(request.GET.get("page")),
        },
        status=400 if form.errors else 200,
    )


@roles(*SEES_RECEIPTS)
def receipt_detail(request: SignedIn, pk: int) -> HttpResponse:
    """A receipt with the people it was made out for; GET shows, POST voids it with a reason."""
    receipt = get_object_or_404(
        Receipt.objects.for_user(request.user).select_related("campaign", "village", "village__parent", "book"), pk=pk
    )
    can_void = receipt.state == Receipt.State.USED and request.user.role in (Role.TOWNSHIP, Role.VILLAGE, Role.COUNTY)
    form = ReasonForm(request.POST if can_void and request.method == "POST" else None)
    if form.is_bound and run_form(
        form,
        lambda: receipts.void_receipt(receipt=receipt, reason=form.cleaned_data["reason"], actor=request.user),
    ):
        messages.success(request, f"收据 {receipt.number} 已作废，对应的缴费已冲销。")
        return redirect("receipt_detail", pk)
    return render(
        request,
        "collection/receipts/receipt_detail.html",
        {
            "title": f"收据 {receipt.number}",
            "receipt": receipt,
            "contributions": receipt.contributions.select_related("resident").order_by("pk"),
            "can_void": can_void,
            "can_correct": request.user.role in (Role.TOWNSHIP, Role.VILLAGE, Role.COUNTY)
            and receipt.state != Receipt.State.RELEASED
            and receipt.lost_report_id is None,
            "number_form": CorrectNumberForm(),
            "form": form,
        },
        status=400 if form.errors else 200,
    )
