"""导入失败: who was refused and why, until when to correct, and the correction by the identity card."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.declarations import corrections, reasons
from collection.declarations.forms import CorrectionForm
from collection.declarations.models import DeclarationRow
from collection.declarations.selectors import failures
from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from core.pages.form_steps import run_step
from core.text import whole_number
from subsidies.campaigns.selectors import campaign_or_404

CORRECTS = (Role.VILLAGE, Role.TOWNSHIP)
Way = reasons.FailureWay


@roles(*CORRECTS, Role.COUNTY)
def failure_list(request: SignedIn) -> HttpResponse:
    campaign, today = campaign_or_404(request.user), clock.today()
    rows = failures(request.user, campaign)
    counts = rows.aggregate(
        open=Count("pk", filter=Q(fixed_at__isnull=True)),
        fixed=Count("pk", filter=Q(fixed_at__isnull=False)),
        late=Count("pk", filter=Q(fixed_at__isnull=True, fix_by__lt=today)),
    )
    if (declaration := whole_number(request.GET.get("declaration"))) is not None:
        rows = rows.filter(declaration=declaration)
    if request.GET.get("fixed"):
        rows = rows.filter(fixed_at__isnull=False)
    else:
        rows = rows.filter(fixed_at__isnull=True)
    narrowed = ListFilter(request)
    rows = rows.in_region(narrowed.prefix)
    rows = rows.select_related("village", "declaration__township", "contribution")
    page = Paginator(rows.order_by("fix_by", "village_id", "pk"), 50).get_page(request.GET.get("page"))
    for row in page:
        row.known, row.late = reasons.known(row.reason_code), corrections.is_late(row, today)
    return render(
        request,
        "collection/declarations/failure_list.html",
        {
            "title": "导入失败改正",
            "filter": narrowed,
            "page": page,
            "counts": counts,
            "fixed": bool(request.GET.get("fixed")),
            "corrects": request.user.role in CORRECTS and campaign.is_open,
            "refunds": request.user.role in (Role.TOWNSHIP, Role.COUNTY),
            "refund_way": Way.REFUND,
        },
    )


@roles(*CORRECTS)
def row_correct(request: SignedIn, pk: int) -> HttpResponse:
    rows = DeclarationRow.objects.for_user(request.user).select_related(
        "village", "declaration__township", "declaration__campaign__policy_version", "contribution"
    )
    row = get_object_or_404(rows, pk=pk, result=DeclarationRow.Result.FAILURE)
    form = CorrectionForm(request.POST or None, request.FILES or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        facts = {key: value for key, value in form.cleaned_data.items() if key != "seen"}
        if run_step(
            request,
            lambda: corrections.correct_row(row=row, actor=request.user, **facts),
            f"{row.name}已改正，乡镇生成下一张申报表时会自动列入。",
        ):
            return redirect("failure_list")
    return render(
        request,
        "collection/declarations/row_correct.html",
        {
            "title": f"改正：{row.name}",
            "row": row,
            "form": form,
            "known": reasons.known(row.reason_code),
            "late": corrections.is_late(row, clock.today()),
        },
        status=400 if form.errors else 200,
    )
