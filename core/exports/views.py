from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import AT_THE_COUNTER, Role, roles
from core.accounts.requests import SignedIn
from core.downloads import download
from core.exports.models import BulkExport
from core.exports.services import decide_export, open_export
from core.pages.form_steps import run_step, try_step

#: Who may ask for whole numbers: of the register at the counter, of those it pays for the finance bureau.
ASKS = (*AT_THE_COUNTER, Role.FINANCE)


@roles(*ASKS)
def export_list(request: SignedIn) -> HttpResponse:
    """The user's own exports, and for the bureau those that wait for somebody else's agreement."""
    exports = BulkExport.objects.for_user(request.user).select_related("requested_by", "decided_by", "job")
    mine = Q(requested_by=request.user)
    if request.user.role == Role.COUNTY:
        mine |= Q(state=BulkExport.State.WAITING) | Q(decided_by=request.user)
    page = Paginator(exports.filter(mine).order_by("-pk"), 50).get_page(request.GET.get("page"))
    return render(request, "core/exports/export_list.html", {"title": "完整号码导出", "page": page})


@roles(Role.COUNTY)
@require_POST
def export_decide(request: SignedIn, pk: int) -> HttpResponse:
    export = get_object_or_404(BulkExport.objects.for_user(request.user), pk=pk)
    accept = request.POST.get("decision") == "accept"
    run_step(
        request,
        lambda: decide_export(export=export, accept=accept, reason=request.POST.get("reason", ""), actor=request.user),
        "已同意，文件正在生成。" if accept else "已退回申请。",
    )
    return redirect("export_list")


@roles(*ASKS)
@require_POST
def export_download(request: SignedIn, pk: int) -> HttpResponseBase:
    export = get_object_or_404(BulkExport.objects.for_user(request.user), pk=pk)
    opened: list[BulkExport] = []
    if not try_step(request, lambda: opened.append(open_export(export=export, actor=request.user))):
        return redirect("export_list")
    attachment = opened[0].attachment
    if attachment is None:
        messages.error(request, "文件不在了，请重新申请。")
        return redirect("export_list")
    return download(attachment.file.open("rb"), attachment.name)
