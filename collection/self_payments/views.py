"""自主缴费: the tax bureau's paid lists and what could not be matched."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.declarations import tax_files
from collection.declarations.forms import TableFileForm
from collection.self_payments import selectors
from collection.self_payments import services as self_payments
from collection.self_payments.forms import NoteForm, SettleForm, UndoneForm
from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.selectors import WORKLIST
from collection.self_payments.undone import accept_undone, dismiss_undone
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from core.jobs.models import Job
from core.pages.form_steps import run_form, run_step, try_step
from residents.people import id_numbers
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404

SETTLES = (Role.TAX, Role.COUNTY)


@roles(*SETTLES, Role.TOWNSHIP)
def self_payment_list(request: SignedIn) -> HttpResponse:
    """The payments of the region by what came of them; those that wait for a person first."""
    campaign = campaign_or_404(request.user)
    outcome = request.GET.get("outcome", "")
    way = request.GET.get("way")
    narrowed = ListFilter(request)
    mine = selectors.payments_of(user=request.user, campaign=campaign, region=narrowed.prefix)
    rows = selectors.list_rows(mine=mine, outcome=outcome, way=way)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "collection/self_payments/self_payment_list.html",
        {
            "title": "自主缴费",
            "filter": narrowed,
            "place": f"&place={quote(narrowed.text)}" if narrowed.text else "",
            "counts": selectors.outcome_sums(mine),
            "ways": selectors.way_sums(mine),
            "way": way,
            "page": page,
            "outcome": outcome,
            "worklist": selectors.WORKLIST,
            "settles": request.user.role in SETTLES and campaign.is_open,
            "uploads": request.user.role in SETTLES and campaign.is_open,
        },
    )


@roles(*SETTLES)
def paid_list_upload(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    form = TableFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made: list[Any] = []

        def take() -> None:
            made.extend(self_payments.take_paid_list(campaign=campaign, file=file, name=file.name, actor=request.user))

        if try_step(request, take):
            kept, new = made
            if not new:
                messages.info(request, "这份清单以前上传过，没有重复导入，下面是当时的结果。")
            return redirect("paid_list", kept.pk)
    lists = PaidList.objects.for_user(request.user).filter(campaign=campaign)
    lists = lists.select_related("attachment", "uploaded_by")
    return render(
        request,
        "collection/self_payments/paid_list_upload.html",
        {"title": "上传已缴清单", "form": form, "lists": lists[:30], "campaign": campaign},
        status=400 if form.errors else 200,
    )


@roles(*SETTLES)
def paid_list(request: SignedIn, pk: int) -> HttpResponse:
    lists = PaidList.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    found = get_object_or_404(lists, pk=pk)
    return render(
        request,
        "collection/self_payments/paid_list.html",
        {
            "title": "已缴清单",
            "list": found,
            "counts": (counts := selectors.outcome_counts(found)),
            "marked": found.bad_count or any(outcome in WORKLIST for _, outcome, _ in counts),
            "job": Job.objects.filter(key=tax_files.job_key(found)).order_by("-created_at").first(),
        },
    )


@roles(*SETTLES)
def self_payment_settle(request: SignedIn, pk: int) -> HttpResponse:
    """Whose payment it is, or that it is none of ours."""
    rows = SelfPayment.objects.for_user(request.user).select_related("resident__village", "campaign__policy_version")
    payment = get_object_or_404(rows, pk=pk)
    settle = SettleForm(request.POST if "settle" in request.POST else None)
    aside = NoteForm(request.POST if "aside" in request.POST else None, prefix="aside")
    undone = UndoneForm(request.POST if "undone" in request.POST else None, prefix="undone")
    if settle.is_bound and settle.is_valid():
        number = id_numbers.normalise(settle.cleaned_data["id_number"])
        person = (
            Resident.objects.for_user(request.user)
            .filter(id_number=number, merged_into__isnull=True)
            .order_by("document_type")
            .first()
        )
        if person is None:
            settle.add_error("id_number", "居民库里没有这个证件号码。新来的人请先在居民库登记，再核实。")
        elif run_step(
            request,
            lambda: self_payments.settle_as(
                self_payment=payment, resident=person, note=settle.cleaned_data["note"], actor=request.user
            ),
            "已核实。",
        ):
            return redirect("self_payment_list")
    if (
        aside.is_bound
        and aside.is_valid()
        and run_step(
            request,
            lambda: self_payments.set_aside(self_payment=payment, actor=request.user, **aside.cleaned_data),
            "已记为另案处理。",
        )
    ):
        return redirect("self_payment_list")
    if undone.is_bound and run_form(undone, lambda: _settle_undone(payment, undone, request.user)):
        messages.success(request, "已核实。")
        return redirect("self_payment_list")
    return render(
        request,
        "collection/self_payments/self_payment_settle.html",
        {
            "title": "核实自主缴费",
            "payment": payment,
            "settle": settle,
            "aside": aside,
            "undone": undone,
            "waits": selectors.is_waiting(payment),
            "disputed": selectors.is_disputed(payment),
            "may_undo": request.user.role == Role.COUNTY,
        },
        status=400 if settle.errors or aside.errors or undone.errors else 200,
    )


def _settle_undone(payment: SelfPayment, form: UndoneForm, user: User) -> None:
    settle = accept_undone if form.cleaned_data["is_true"] else dismiss_undone
    settle(self_payment=payment, note=form.cleaned_data["note"], actor=user)
