"""退费付款: files for the bank, and its answers read back."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.refunds import transfers
from collection.refunds.forms import BankAnswerForm
from collection.refunds.models import RefundTransfer
from collection.refunds.transfer_sheet import NO_LIST, answer_table, read_answers
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.files import services as attachments
from core.pages.form_steps import run_form, run_step
from core.refusals import Refused
from core.tables import reader
from core.tables.writer import xlsx_response
from subsidies.campaigns.selectors import campaign_or_404

COLUMNS = (
    ("退费单号", 14),
    ("收款人", 20),
    ("收款账号", 30),
    ("金额", 14),
    ("用途", 30),
    ("付款结果", 14),
    ("退回原因", 30),
)


@roles(Role.COUNTY)
def transfer_list(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    waiting = transfers.to_transfer(campaign).select_related("resident", "village__parent").order_by("pk")
    facts = {
        "title": "退费付款",
        "campaign": campaign,
        "waiting": waiting[:200],
        "count": waiting.count(),
        "transfers": RefundTransfer.objects.for_user(request.user).filter(campaign=campaign).select_related("made_by"),
    }
    return render(request, "collection/refunds/transfer_list.html", facts)


@require_POST
@roles(Role.COUNTY)
def transfer_make(request: SignedIn) -> HttpResponse:
    campaign, made = campaign_or_404(request.user), []
    if run_step(
        request,
        lambda: made.append(transfers.make_transfer(campaign=campaign, actor=request.user)),
        "已生成付款批次，请下载后交银行。",
    ):
        return redirect("refund_transfer", made[0].pk)
    return redirect("refund_transfer_list")


def _transfer_or_404(user: User, pk: int) -> RefundTransfer:
    rows = RefundTransfer.objects.for_user(user).select_related("campaign__policy_version", "campaign__county")
    return get_object_or_404(rows, pk=pk)


@roles(Role.COUNTY)
def transfer_detail(request: SignedIn, pk: int) -> HttpResponse:
    transfer = _transfer_or_404(request.user, pk)
    posted = request.method == "POST"
    form = BankAnswerForm(
        request.POST if posted else None, request.FILES if posted else None, initial={"on": clock.today()}
    )
    answered = []
    if request.method == "POST" and run_form(form, lambda: answered.append(_read(transfer, form, request.user))):
        found = answered[0]
        messages.success(request, f"回执已导入：成功 {found.paid} 笔，退回 {found.returned} 笔。")
    facts = {
        "title": str(transfer),
        "transfer": transfer,
        "refunds": transfer.refunds.select_related("resident", "village__parent").order_by("pk"),
        "form": form,
        "answered": answered[0] if answered else None,
    }
    status = 400 if form.errors else 200
    return render(request, "collection/refunds/transfer_detail.html", facts, status=status)


@require_POST
@roles(Role.COUNTY)
def transfer_file(request: SignedIn, pk: int) -> HttpResponseBase:
    """The file for the bank: whole account numbers, so it leaves an event."""
    transfer = _transfer_or_404(request.user, pk)
    rows = transfer.refunds.select_related("resident").order_by("pk")
    audit.record("refund.export", actor=request.user, obj=transfer, summary=f"导出{transfer}（含收款账号）")
    return xlsx_response(
        filename=f"{transfer}.xlsx",
        columns=COLUMNS,
        rows=[(f"TF{r.pk}", r.payee, r.payee_account, r.amount, f"医保退费 {r.reason_name}", "", "") for r in rows],
    )


def _read(transfer: RefundTransfer, form: BankAnswerForm, user: User) -> transfers.Answered:
    file = form.cleaned_data["file"]
    kept = attachments.store(file=file, name=file.name, kind="evidence", region=transfer.campaign.county_id, actor=user)
    table = answer_table()
    try:
        lines = read_answers(reader.stream(kept.file.path, limits=reader.VILLAGE_LEDGER), table)
    except reader.SheetError as error:
        raise Refused(error.message, "file") from error
    if not table.found_heading:
        raise Refused(NO_LIST, "file")
    answered = transfers.read_answer(transfer=transfer, lines=lines, on=form.cleaned_data["on"], actor=user)
    answered.notes = table.notes()
    return answered
