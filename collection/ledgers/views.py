"""Ledgers: sent in by the village, looked at, confirmed or taken back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import files as ledger_files
from collection.ledgers import mending, pasting, selectors
from collection.ledgers import services as ledgers
from collection.ledgers.check import SAME_PERSON
from collection.ledgers.forms import LedgerFilter, LedgerForm, PasteForm, RowForm, WithdrawForm
from collection.ledgers.models import LedgerBatch, LedgerRow
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.downloads import download
from core.filters.selectors import ListFilter
from core.pages.form_steps import form_status, run_form, try_step
from core.regions.names import called
from core.tables import reader
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

SEES = (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY)
SENDS = (Role.VILLAGE, Role.TOWNSHIP)
ROWS_A_PAGE, BATCHES_A_PAGE, PEOPLE_A_PAGE = 50, 30, 30
State, RowState = LedgerBatch.State, LedgerRow.State
#: What the tabs of a ledger's page show; the first with rows is opened.
TABS = (
    ("bad", "有问题", (RowState.BAD,)),
    ("good", "可以记账", (RowState.GOOD,)),
    ("confirmed", "已记账", (RowState.CONFIRMED,)),
    ("recorded", "以前已记账", (RowState.RECORDED,)),
    ("withdrawn", "已撤回", (RowState.WITHDRAWN,)),
    ("mended", "已在别处改好", (RowState.MENDED,)),
    ("returned", "已退还本人", (RowState.RETURNED,)),
    ("all", "全部", tuple(RowState)),
)


def batch_or_404(user: User, pk: int) -> LedgerBatch:
    rows = LedgerBatch.objects.for_user(user).select_related(
        "campaign__county",
        "campaign__policy_version",
        "village__parent",
        "attachment",
        "uploaded_by",
        "confirmed_by",
        "withdrawn_by",
    )
    return get_object_or_404(rows, pk=pk)


@roles(*SEES)
def ledger_list(request: SignedIn) -> HttpResponse:
    """The ledgers of the region, newest first."""
    campaign = campaign_or_404(request.user)
    form = LedgerFilter(request.GET or None)
    if request.user.role == Role.VILLAGE:
        del form.fields["q"]
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = selectors.search_ledgers(
        user=request.user,
        campaign=campaign,
        state=wanted.get("state", ""),
        village_name=wanted.get("q", "").strip(),
    )
    narrowed = ListFilter(request)
    rows = rows.in_region(narrowed.prefix)
    page = Paginator(rows, BATCHES_A_PAGE).get_page(request.GET.get("page"))
    counts = selectors.count_rows_of(batches=page)
    return render(
        request,
        "collection/ledgers/ledger_list.html",
        {
            "title": "台账",
            "filter": narrowed,
            "campaign": campaign,
            "form": form,
            "page": page,
            "batches": [(batch, counts.get(batch.pk, {})) for batch in page],
            "sends": request.user.role in SENDS and campaign.is_open,
        },
    )


@roles(*SEES)
def ledger_villages(request: SignedIn) -> HttpResponse:
    """The villages of the region, each with what can be done for it."""
    campaign = campaign_or_404(request.user)
    return render(
        request,
        "collection/ledgers/ledger_villages.html",
        {
            "title": "各村台账",
            "campaign": campaign,
            "villages": selectors.villages_with_waiting(user=request.user, campaign=campaign),
            "sends": request.user.role in SENDS and campaign.is_open,
        },
    )


@roles(*SENDS)
def ledger_upload(request: SignedIn, village: str) -> HttpResponse:
    """Takes in a village's file."""
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    form = LedgerForm(request.POST, request.FILES) if request.method == "POST" else LedgerForm()
    batches = []

    def upload() -> None:
        file = form.cleaned_data["file"]
        batch, new = ledgers.upload_ledger(
            campaign=campaign, village=region, file=file, name=file.name, actor=request.user
        )
        if not new:
            messages.info(request, "这个文件刚才已经上传过，这里就是那一份，没有重复登记。")
        batches.append(batch)

    if form.is_bound and run_form(form, upload):
        return redirect("ledger_detail", batches[0].pk)
    return render(
        request,
        "collection/ledgers/ledger_upload.html",
        {"title": "上传台账", "region": region, "form": form, "campaign": campaign},
        status=400 if form.errors else 200,
    )


@roles(*SENDS)
def ledger_paste(request: SignedIn, village: str) -> HttpResponse:
    """Take rows pasted from WPS or Excel, or typed into a grid; what is wrong with them as a whole is said at once."""
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    form = PasteForm(request.POST or None, initial={"text": pasting.empty_grid()})
    batches = []

    def paste() -> None:
        text = form.cleaned_data["text"]
        batch, new = pasting.paste_ledger(campaign=campaign, village=region, text=text, actor=request.user)
        if not new:
            messages.info(request, "同样的内容刚才已经提交过，这里就是那一份，没有重复登记。")
        batches.append(batch)

    if request.method == "POST" and run_form(form, paste):
        return redirect("ledger_detail", batches[0].pk)
    facts = {"title": "粘贴台账", "region": region, "form": form, "campaign": campaign}
    return render(request, "collection/ledgers/ledger_paste.html", facts, status=form_status(form))


def _listed(row: LedgerRow) -> tuple[LedgerRow, str, str, set[str]]:
    """A row with its number masked, the day as it is written, and the columns that are wrong."""
    written = row.raw.get("paid_on")
    day = "" if isinstance(written, dict) else str(written or "")
    return row, masks.mask(row.id_number), day, {problem["column"] for problem in row.problems}


@roles(*SEES)
def ledger_detail(request: SignedIn, pk: int) -> HttpResponse:
    """One ledger: how far its reading is, what is right and wrong row by row, or what came of it."""
    batch = batch_or_404(request.user, pk)
    counts = selectors.count_rows(batch=batch)
    tabs = [(key, name, sum(counts[s] for s in states)) for key, name, states in TABS]
    tabs = [tab for tab in tabs if tab[2]]
    show = request.GET.get("show") or (tabs[0][0] if tabs else "all")
    states = next((states for key, _, states in TABS if key == show), tuple(RowState))
    rows = batch.rows.filter(state__in=states).order_by("number")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    working = batch.state in (State.READING, State.CONFIRMING)
    return render(
        request,
        "collection/ledgers/ledger_detail.html",
        {
            "title": f"台账 {batch.pk}",
            "batch": batch,
            "counts": counts,
            "amount": selectors.amount_of(batch=batch),
            "tabs": tabs,
            "show": show,
            "page": page,
            "listed": [_listed(row) for row in page],
            "job": selectors.job_of(batch) if working else None,
            "sends": request.user.role in SENDS and batch.campaign.is_open,
            "campaign": batch.campaign,
        },
    )


@require_POST
@roles(*SENDS)
def ledger_confirm_rows(request: SignedIn, pk: int) -> HttpResponse:
    batch = batch_or_404(request.user, pk)
    try_step(request, lambda: ledger_confirm.confirm_ledger(batch=batch, actor=request.user))
    return redirect("ledger_detail", batch.pk)


@roles(*SENDS)
def ledger_row(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """A bad row put right in the browser, or the decision that two namesakes are two people."""
    batch = batch_or_404(request.user, pk)
    row = get_object_or_404(batch.rows, number=number)
    wrong = {problem["column"] for problem in row.problems} & set(mending.MENDABLE)
    form = RowForm(
        request.POST if request.POST.get("step") == "mend" else None,
        written={key: mending.written(row, key) for key in mending.MENDABLE},
        wrong=wrong or set(mending.MENDABLE),
    )
    decides = request.user.role == Role.TOWNSHIP and any(p["code"] == SAME_PERSON for p in row.problems)

    def mend() -> None:
        _tell(request, mending.mend_row(row=row, cells=form.cells(), actor=request.user))

    if form.is_bound and run_form(form, mend):
        return redirect("ledger_row", pk, number)
    if request.POST.get("step") == "two_people" and decides:
        try_step(request, lambda: _tell(request, mending.decide_two_people(row=row, actor=request.user)))
        return redirect("ledger_row", pk, number)
    following = batch.rows.filter(state=RowState.BAD, number__gt=number).order_by("number").first()
    return render(
        request,
        "collection/ledgers/ledger_row.html",
        {
            "title": f"台账 {batch.pk} 第 {number} 行",
            "batch": batch,
            "row": row,
            "shown_number": masks.mask(row.id_number),
            "form": form,
            "decides": decides,
            "following": following,
            "open": batch.campaign.is_open and row.state == RowState.BAD,
        },
        status=400 if form.errors or (request.method == "POST" and not form.is_bound) else 200,
    )


def _tell(request: SignedIn, row: LedgerRow) -> None:
    if row.state == RowState.BAD:
        messages.warning(request, f"第 {row.number} 行已保存，还有 {len(row.problems)} 处要改。")
    else:
        messages.success(request, f"第 {row.number} 行{row.get_state_display()}。回到台账，确认后记账。")


@require_POST
@roles(*SENDS)
def ledger_resume(request: SignedIn, pk: int) -> HttpResponse:
    """Goes on with a ledger whose job failed."""
    batch = batch_or_404(request.user, pk)
    ledgers.resume_ledger(batch=batch, actor=request.user)
    return redirect("ledger_detail", batch.pk)


@roles(*SENDS)
def ledger_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Shows what taking back means, then does it."""
    batch = batch_or_404(request.user, pk)
    form = WithdrawForm(request.POST) if request.method == "POST" else WithdrawForm()

    def withdraw() -> None:
        stays = ledger_confirm.withdraw_ledger(batch=batch, reason=form.cleaned_data["reason"], actor=request.user)
        if stays:
            named = "、".join(f"第 {row.number} 行 {row.name}（{row.why}）" for row in stays[:10])
            messages.warning(request, f"已撤回其余各行。{len(stays)} 行没有撤回：{named}。")
        else:
            messages.success(request, "已整份撤回，收据号可以重新使用。")

    if form.is_bound and run_form(form, withdraw):
        return redirect("ledger_detail", batch.pk)
    counts = selectors.count_rows(batch=batch)
    stays = ledger_confirm.irreversible_rows(batch=batch) if counts[RowState.CONFIRMED] else []
    return render(
        request,
        "collection/ledgers/ledger_withdraw.html",
        {
            "title": f"撤回台账 {batch.pk}",
            "batch": batch,
            "form": form,
            "stays": stays[:200],
            "staying": len(stays),
            "going": counts[RowState.CONFIRMED] - len(stays),
        },
        status=400 if form.errors else 200,
    )


@require_GET
@roles(*SEES)
def ledger_annotated(request: SignedIn, pk: int) -> HttpResponseBase:
    """The ledger's own workbook with what is wrong marked."""
    batch = batch_or_404(request.user, pk)
    if batch.header_row is None:
        messages.error(request, "这个文件没有读出来，没有可以标注的内容。请照提示处理后重新上传。")
        return redirect("ledger_detail", batch.pk)
    try:
        name, content = ledger_files.annotated_ledger(batch=batch, actor=request.user)
    except reader.SheetError as error:
        messages.error(request, error.message)
        return redirect("ledger_detail", batch.pk)
    return download(content, name)


@require_GET
@roles(*SENDS)
def ledger_prefilled(request: SignedIn, village: str) -> HttpResponseBase:
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    name, content = ledger_files.prefilled_ledger(campaign=campaign, village=region, actor=request.user)
    return download(content, name)


@require_GET
@roles(*SENDS)
def unpaid_list(request: SignedIn, village: str) -> HttpResponse:
    """Who has not paid, with telephones to call; showing them leaves an event."""
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    owing, _ = selectors.unpaid_people(campaign=campaign, village=region)
    page = Paginator(owing, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    ledger_files.record_phones_seen(village=region, people=len(page.object_list), actor=request.user)
    people = [(one, masks.mask(one.id_number)) for one in page]
    title = f"{called(region.name)}未缴费名单"
    facts = {"title": title, "region": region, "campaign": campaign, "page": page, "people": people}
    return render(request, "collection/ledgers/unpaid_list.html", facts)


@require_GET
@roles(*SENDS)
def unpaid_download(request: SignedIn, village: str) -> HttpResponseBase:
    region, campaign = village_or_404(request.user, village), campaign_or_404(request.user)
    name, content = ledger_files.unpaid_workbook(campaign=campaign, village=region, actor=request.user)
    return download(content, name)
