"""申报: the township's lists, step by step, each page saying what comes next and who does it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.declarations import drafts, three_way_check
from collection.declarations import file as declaration_file
from collection.declarations import services as declarations
from collection.declarations.forms import (
    ConfirmationForm,
    DecisionForm,
    PostingForm,
    RemittanceForm,
    RowFilter,
    TableFileForm,
    VillagesForm,
)
from collection.declarations.models import Declaration, DeclarationRow
from collection.declarations.wording import WAY, next_step
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.downloads import download
from core.filters.selectors import ListFilter
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, run_step, submit_form, try_step
from core.pages.forms import ReasonForm
from core.refusals import Refused
from core.regions.models import Region
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404

SEES = (Role.COUNTY, Role.TOWNSHIP, Role.TAX)
State = Declaration.State


def declaration_or_404(user: User, pk: int) -> Declaration:
    rows = Declaration.objects.for_user(user).select_related(
        "campaign__policy_version",
        "campaign__county",
        "township",
        "created_by",
        "submitted_by",
        "confirmed_by",
        "remitted_by",
        "posted_by",
        "difference_by",
        "taken_by",
        "remittance_slip",
    )
    if user.role == Role.TAX:
        rows = rows.exclude(state__in=[State.DRAFT, State.CANCELLED])
    return get_object_or_404(rows, pk=pk)


@roles(*SEES)
def declaration_list(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    rows = Declaration.objects.for_user(request.user).filter(campaign=campaign).select_related("township", "campaign")
    if request.user.role == Role.TAX:
        rows = rows.exclude(state__in=[State.DRAFT, State.CANCELLED])
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    narrowed = ListFilter(request)
    rows = rows.in_region(narrowed.prefix[:9])  # declarations are of a township
    page = Paginator(rows.order_by("-pk"), 50).get_page(request.GET.get("page"))
    draft = rows.filter(state=State.DRAFT).first() if request.user.role == Role.TOWNSHIP else None
    return render(
        request,
        "collection/declarations/declaration_list.html",
        {
            "title": "申报表",
            "filter": narrowed,
            "page": page,
            "listed": [(declaration, next_step(declaration, request.user.role)) for declaration in page],
            "states": State.choices,
            "state": state,
            "draft": draft,
            "campaign": campaign,
            "drafts_here": request.user.role == Role.TOWNSHIP and campaign.is_open,
        },
    )


@roles(Role.TOWNSHIP)
def declaration_create(request: SignedIn) -> HttpResponse:
    """Which villages have banked money that is not declared; the draft follows."""
    campaign = campaign_or_404(request.user)
    township = get_object_or_404(Region.objects.for_user(request.user), level="township")
    rows = Declaration.objects.for_user(request.user).filter(campaign=campaign)
    if draft := rows.filter(state=State.DRAFT).first():
        return redirect("declaration_detail", draft.pk)
    free = drafts.free_money(campaign=campaign, region=township.pk)
    names = dict(Region.objects.in_region(township.pk).filter(level="village").values_list("code", "name"))
    choices = [
        (code, f"{called(names[code])}（已缴存未申报 {free[code]:,.2f} 元）")
        for code in sorted(names)
        if free.get(code, 0) > 0
    ]
    form = VillagesForm(request.POST or None, villages=choices, initial={"villages": [code for code, _ in choices]})
    if request.method == "POST" and flash_form_errors(request, form):
        made: list[Declaration] = []

        def make() -> None:
            made.append(
                drafts.draft_declaration(
                    campaign=campaign, township=township, actor=request.user, villages=form.cleaned_data["villages"]
                )
            )

        if run_step(request, make, "已生成申报表，请看三方核对结果，无误后报送。"):
            return redirect("declaration_detail", made[0].pk)
    return render(
        request,
        "collection/declarations/declaration_create.html",
        {"title": "生成申报表", "form": form, "choices": choices, "township": township, "campaign": campaign},
        status=400 if form.errors else 200,
    )


@roles(*SEES)
def declaration_detail(request: SignedIn, pk: int) -> HttpResponse:
    declaration = declaration_or_404(request.user, pk)
    lines: list[three_way_check.VillageLine] = []
    differences: list[tuple[str, three_way_check.Difference]] = []
    if declaration.state == State.DRAFT:
        lines = three_way_check.check_declaration(declaration=declaration)
        if wrong := [line.village for line in lines if line.differs]:
            named = three_way_check.named_differences(declaration=declaration, villages=wrong)
            names = {line.village: line.village_name for line in lines}
            differences = [(names[item.village], item) for item in named]
    counts = {
        result: DeclarationRow.objects.filter(declaration=declaration, result=result).count()
        for result in DeclarationRow.Result.values
    }
    role = request.user.role
    taken_in, taken_amount = declarations.sums_of(declaration)
    return render(
        request,
        "collection/declarations/declaration_detail.html",
        {
            "title": str(declaration),
            "declaration": declaration,
            "lines": lines,
            "differences": differences,
            "differs": any(line.differs for line in lines),
            "counts": counts,
            "way": WAY,
            "reached": next((at for at, (state, _) in enumerate(WAY) if state == declaration.state), -1),
            "campaign": declaration.campaign,
            "next_step": next_step(declaration, role),
            "taken_in": taken_in,
            "taken_amount": taken_amount,
            "feedbacks": declaration.feedbacks.select_related("uploaded_by"),
            "may": _may(declaration, role),
            "file_job": Job.objects.filter(key=declaration_file.job_key(declaration)).order_by("-created_at").first(),
            "reason_form": ReasonForm(),
            "confirmation_form": ConfirmationForm(),
            "remittance_form": RemittanceForm(initial={"on": clock.today(), "amount": declaration.confirmed_amount}),
            "posting_form": PostingForm(),
            "file_form": TableFileForm(),
            "rest_form": DecisionForm(prefix="rest"),
            "failed": declaration.rows.filter(result=DeclarationRow.Result.FAILURE, fixed_at__isnull=True).count(),
        },
    )


def _may(declaration: Declaration, role: str) -> dict[str, bool]:
    """Which acts this role finds on the page now."""
    state, open_ = declaration.state, declaration.campaign.is_open
    township, tax = open_ and role == Role.TOWNSHIP, open_ and role == Role.TAX
    return {
        "draft": township and state == State.DRAFT,
        "allow": open_ and role == Role.COUNTY and state == State.DRAFT,
        "download": state not in (State.DRAFT, State.CANCELLED),
        "feed": tax and state in (State.SUBMITTED, State.FED_BACK),
        "give_back": tax and state == State.SUBMITTED,
        "confirm": tax and state == State.FED_BACK,
        "remit": township and state == State.CONFIRMED,
        "post": tax and state == State.REMITTED,
    }


@roles(*SEES)
def declaration_rows(request: SignedIn, pk: int) -> HttpResponse:
    """The people on it, by name; the tax bureau decides here what its files left open."""
    declaration = declaration_or_404(request.user, pk)
    form = RowFilter(request.GET or None)
    rows = declaration.rows.select_related("village", "contribution", "previous__declaration")
    if form.is_valid():
        if form.cleaned_data["result"]:
            rows = rows.filter(result=form.cleaned_data["result"])
        if wanted := form.cleaned_data["q"].strip():
            rows = rows.filter(name__startswith=wanted)
    page = Paginator(rows.order_by("village_id", "pk"), 50).get_page(request.GET.get("page"))
    decides = request.user.role == Role.TAX and declaration.state in (State.SUBMITTED, State.FED_BACK, State.RETURNED)
    return render(
        request,
        "collection/declarations/declaration_rows.html",
        {"title": f"{declaration} 名单", "declaration": declaration, "form": form, "page": page, "decides": decides},
    )


def _step(request: SignedIn, pk: int, service: Callable[..., object], done: str, form: Form | None = None) -> bool:
    """One button of the page: what the form says goes to the service, and the page says what came of it."""
    declaration = declaration_or_404(request.user, pk)
    if form is None:
        return run_step(request, lambda: service(declaration=declaration, actor=request.user), done)
    return submit_form(request, form, service, done, declaration=declaration)


@require_POST
@roles(Role.TOWNSHIP)
def declaration_redraft(request: SignedIn, pk: int) -> HttpResponse:
    _step(request, pk, drafts.redraft_declaration, "已按现在的缴存和缴费记录重新核对。")
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.TOWNSHIP)
def declaration_cancel(request: SignedIn, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    _step(request, pk, drafts.cancel_draft, "申报表已作废，里面的人可以重新列入。", form)
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.COUNTY)
def declaration_allow(request: SignedIn, pk: int) -> HttpResponse:
    _step(request, pk, declarations.allow_difference, "已放行，乡镇可以报送。", ReasonForm(request.POST))
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.TOWNSHIP)
def declaration_submit(request: SignedIn, pk: int) -> HttpResponse:
    done = f"已报送{request.user.county_word}税务局，报税文件随后生成。等税务导入后反馈。"
    _step(request, pk, declarations.submit_declaration, done)
    return redirect("declaration_detail", pk)


@require_POST
@roles(*SEES)
def declaration_download(request: SignedIn, pk: int) -> HttpResponseBase:
    """The file for the tax bureau: a POST, because it leaves an event and marks the list as taken.

    Where a worker has not written it, it is asked for again and the page shows how far it is.
    """
    declaration = declaration_or_404(request.user, pk)
    if declaration.file_id is None:
        try_step(request, lambda: declaration_file.ask_for_file(declaration=declaration, actor=request.user))
        return redirect("declaration_detail", pk)
    try:
        file = declaration_file.hand_over(declaration=declaration, actor=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("declaration_detail", pk)
    return download(file.file.open("rb"), file.name)


@require_POST
@roles(Role.TAX)
def declaration_return(request: SignedIn, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    if _step(request, pk, declarations.return_declaration, "已整表退回乡镇。", form):
        return redirect("declaration_list")
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.TAX)
def declaration_confirm(request: SignedIn, pk: int) -> HttpResponse:
    form = ConfirmationForm(request.POST)
    _step(request, pk, declarations.confirm_declaration, "确认单已登记，等乡镇按确认单金额汇款。", form)
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.TOWNSHIP)
def declaration_remit(request: SignedIn, pk: int) -> HttpResponse:
    form = RemittanceForm(request.POST, request.FILES)
    _step(request, pk, declarations.remit_declaration, "汇款已登记，等税务核对回单、开票入库。", form)
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.TAX)
def remittance_return(request: SignedIn, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    _step(request, pk, declarations.return_remittance, "汇款登记已退回，请乡镇核对后重新登记。", form)
    return redirect("declaration_detail", pk)


@require_POST
@roles(Role.TAX)
def declaration_post(request: SignedIn, pk: int) -> HttpResponse:
    form = PostingForm(request.POST)
    _step(request, pk, declarations.post_declaration, "已开票入库，本批已办结。", form)
    return redirect("declaration_detail", pk)
