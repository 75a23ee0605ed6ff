"""入户收款 on the desk: what could not be booked and what becomes of it, and the phones that may collect."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.door import cases, selectors
from collection.door.forms import CutOffForm, ReturnForm
from collection.door.models import Phone
from collection.door.phones import cut_off_phone
from collection.ledgers.models import LedgerRow
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, try_step
from subsidies.campaigns.selectors import campaign_or_404

SEES = (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY)
CASES_A_PAGE, PHONES_A_PAGE = 30, 50
RowState = LedgerRow.State


@roles(*SEES)
def door_cases(request: SignedIn) -> HttpResponse:
    """Cash taken at doors that could not be booked, oldest first."""
    campaign = campaign_or_404(request.user)
    rows = selectors.open_cases(region=request.user.scope_prefix, campaign=campaign)
    page = Paginator(rows, CASES_A_PAGE).get_page(request.GET.get("page"))
    found = [(row, masks.mask(row.id_number)) for row in page]
    facts = {"title": "入户收款待核实", "campaign": campaign, "page": page, "cases": found}
    return render(request, "collection/door/cases.html", facts)


@roles(*SEES)
def door_case(request: SignedIn, pk: int) -> HttpResponse:
    """One of them, and what may be decided about it: whoever took the money does not decide that it went back."""
    rows = LedgerRow.objects.for_user(request.user).filter(entry__isnull=False)
    rows = rows.select_related("batch__village__parent", "batch__campaign", "entry__taken_by", "entry__phone")
    row = get_object_or_404(rows, pk=pk)
    decides, works = request.user.role == Role.TOWNSHIP, request.user.role in (Role.TOWNSHIP, Role.VILLAGE)
    step = request.POST.get("step")
    form = ReturnForm(request.POST if step == "return" else None)
    if step == "return" and decides:
        give_back = lambda: cases.record_return(row=row, actor=request.user, **form.cleaned_data)  # noqa: E731
        if run_form(form, give_back):
            messages.success(request, f"{row.name}的 {row.amount:,.2f} 元已登记退还。")
            return redirect("door_cases")
    elif step == "accept" and decides:
        if try_step(request, lambda: _tell(request, cases.accept_case(row=row, actor=request.user))):
            return redirect("door_case", pk)
    elif step == "same" and works and try_step(request, lambda: cases.settle_as_booked(row=row, actor=request.user)):
        messages.success(request, "已与记过账的那一笔合并，不重复计入手中现金。")
        return redirect("door_cases")
    row.refresh_from_db()
    facts = {
        "title": f"{row.name}的收款",
        "row": row,
        "campaign": row.batch.campaign,
        "number": masks.mask(row.id_number),
        "form": form,
        "decides": decides,
        "works": works,
        "is_open": row.state in (RowState.BAD, RowState.GOOD),
    }
    return render(request, "collection/door/case.html", facts, status=form_status(form))


def _tell(request: SignedIn, row: LedgerRow) -> None:
    if row.state == RowState.BAD:
        messages.warning(request, "还有别的问题，没有记账：" + "".join(problem["message"] for problem in row.problems))
    else:
        messages.success(request, f"{row.name}的 {row.amount:,.2f} 元{row.get_state_display()}。")


@roles(*SEES)
def door_phones(request: SignedIn) -> HttpResponse:
    """The phones that may keep a village's list and send in what was collected."""
    page = Paginator(selectors.phones_of(user=request.user), PHONES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "collection/door/phones.html", {"title": "收款手机", "page": page})


@roles(*SEES)
def door_phone(request: SignedIn, pk: int) -> HttpResponse:
    """A phone is taken out of use, because it is lost or no longer used."""
    phone = get_object_or_404(Phone.objects.for_user(request.user).select_related("user", "village__parent"), pk=pk)
    form = CutOffForm(request.POST or None)
    if request.method == "POST" and run_form(
        form, lambda: cut_off_phone(phone=phone, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, "已停用。这部手机下次联网时会删除名单，之后传上来的收款先待核实。")
        return redirect("door_phones")
    facts = {"title": "停用收款手机", "phone": phone, "form": form}
    return render(request, "collection/door/phone.html", facts, status=form_status(form))
