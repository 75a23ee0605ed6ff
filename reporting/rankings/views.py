"""Rankings: the published ones, the drafts the county publishes from, corrections, and who was counted."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import BUSINESS, Role, role_name, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_step, submit_form
from core.pages.validated import unless_unchanged
from core.refusals import Refused
from core.regions.models import Region
from core.text import whole_number
from reporting.progress.selectors import person
from reporting.rankings import drafts, tracing
from reporting.rankings.forms import EditForm
from reporting.rankings.models import Ranking, RankingKind, Snapshot
from reporting.rankings.notices import TOLD_KINDS
from reporting.rankings.selectors import SEES_NAMES, published, shown
from reporting.rankings.services import (
    content_of,
    correct_ranking,
    correction_preview,
    counted_again,
    differences,
    next_number,
    prepare_correction,
    publish_ranking,
)
from subsidies.campaigns.selectors import current


@roles(*BUSINESS)
def ranking_list(request: SignedIn) -> HttpResponse:
    """What is published, the newest first; what waits to be published, or to be signed by the tax bureau."""
    campaign = current(request.user)
    drafts: list[Snapshot] = []
    rows = Ranking.objects.for_user(request.user).filter(campaign=campaign).defer("content", "villages")
    rows = rows.select_related("campaign__county")
    if request.user.role in (Role.COUNTY, Role.TAX):
        waiting = Snapshot.objects.for_user(request.user).filter(ranking=None, campaign=campaign)
        if request.user.role == Role.TAX:
            waiting = waiting.filter(kind=RankingKind.FINAL)
        drafts = list(waiting.select_related("campaign__county")[:30])
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/rankings/ranking_list.html",
        {
            "title": "排名与通报",
            "page_obj": page,
            "drafts": drafts,
            "rewards": campaign is not None and campaign.policy.rewards,
        },
    )


@roles(*BUSINESS)
def ranking_page(request: SignedIn, pk: int) -> HttpResponse:
    """A published ranking, as it was published; at most five queries."""
    ranking = published(request.user, pk)
    if ranking is None:
        raise Http404
    body = "reporting/rankings/_ranking.html"
    return unless_unchanged(
        request,
        (ranking.pk, ranking.fingerprint, ranking.newest),
        lambda: render(request, "reporting/rankings/ranking.html", shown(request.user, ranking, body)),
    )


@roles(Role.COUNTY, Role.TAX)
def snapshot_page(request: SignedIn, pk: int) -> HttpResponse:
    """What would be published, before it is; the tax bureau sees it where it has to sign."""
    snapshot = get_object_or_404(
        Snapshot.objects.for_user(request.user).select_related("campaign__county", "campaign__policy_version"), pk=pk
    )
    if published := Ranking.objects.filter(snapshot=snapshot).first():
        return redirect("ranking", pk=published.pk)
    if request.user.role == Role.TAX and snapshot.kind != RankingKind.FINAL:
        raise Http404
    corrects = counted_again(snapshot)
    number = corrects.number if corrects else next_number(snapshot.campaign)
    content, _ = content_of(snapshot=snapshot, number=number, version=corrects.version + 1 if corrects else 1)
    is_final = snapshot.kind == RankingKind.FINAL
    offices = [role_name(one, snapshot.campaign.county_id) for one in drafts.OFFICES] if is_final else []
    bulletin = content["bulletin"]
    return render(
        request,
        "reporting/rankings/snapshot.html",
        {
            "title": f"待发布：{content['bulletin']['title']}",
            "snapshot": snapshot,
            "content": content,
            "number": number,
            "corrects": corrects,
            "changes": differences(corrects.snapshot, snapshot) if corrects else [],
            "charts": {},
            "edit_form": EditForm.of(bulletin, [row["name"] for row in content["townships"]]),
            "edit": drafts.newest_edit(snapshot),
            "offices": offices,
            "told": bulletin["criticised"] if snapshot.kind in TOLD_KINDS else [],
            "signatures": snapshot.signatures.select_related("signed_by"),
            "unsigned": drafts.unsigned(snapshot),
            "may_sign": request.user.get_role_display() in drafts.unsigned(snapshot),
            "may_publish": request.user.role == Role.COUNTY,
        },
    )


@roles(Role.COUNTY)
@require_POST
def snapshot_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Keep the office's text and whom it praises and criticises."""
    snapshot = get_object_or_404(Snapshot.objects.for_user(request.user).select_related("campaign__county"), pk=pk)
    townships = list(
        Region.objects.in_region(snapshot.campaign.county_id).filter(level="township").values_list("name", flat=True)
    )
    form = EditForm(request.POST, townships=townships)
    submit_form(
        request,
        form,
        drafts.edit_bulletin,
        "已保存修改，发布时按修改后的文字，系统原来的文字一并保留。",
        snapshot=snapshot,
        townships=townships,
    )
    return redirect("snapshot", pk=pk)


@roles(Role.COUNTY, Role.TAX)
@require_POST
def snapshot_sign(request: SignedIn, pk: int) -> HttpResponse:
    """One office's word for the final figures."""
    snapshot = get_object_or_404(Snapshot.objects.for_user(request.user).select_related("campaign__county"), pk=pk)
    seen = whole_number(request.POST.get("done")) or 0
    run_step(request, lambda: drafts.sign_figures(snapshot=snapshot, seen=seen, actor=request.user), "已签认。")
    return redirect("snapshot", pk=pk)


@roles(Role.COUNTY)
@require_POST
def snapshot_publish(request: SignedIn, pk: int) -> HttpResponse:
    snapshot = get_object_or_404(Snapshot.objects.for_user(request.user), pk=pk)
    corrects = counted_again(snapshot)
    try:
        if corrects:
            reason = request.POST.get("reason", "")
            ranking = correct_ranking(ranking=corrects, reason=reason, actor=request.user, counted=snapshot)
        else:
            ranking = publish_ranking(snapshot=snapshot, number=request.POST.get("number", ""), actor=request.user)
    except (Refused, ValueError) as refusal:
        messages.error(request, str(refusal))
        return redirect("snapshot", pk=snapshot.pk)
    messages.success(request, f"已发布，校验码 {ranking.fingerprint[:16]}。")
    return redirect("ranking", pk=ranking.pk)


@roles(Role.COUNTY)
def ranking_correct(request: SignedIn, pk: int) -> HttpResponse:
    """Shows what a new count differs in; with a reason it becomes the next version, final figures once signed again."""
    ranking = get_object_or_404(Ranking.objects.for_user(request.user).select_related("campaign__county"), pk=pk)
    signed = ranking.kind == RankingKind.FINAL
    if request.method == "POST":
        try:
            if signed:
                return redirect("snapshot", pk=prepare_correction(ranking=ranking, actor=request.user).pk)
            corrected = correct_ranking(ranking=ranking, reason=request.POST.get("reason", ""), actor=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("ranking_correct", pk=ranking.pk)
        messages.success(request, f"已发布第{corrected.version}版，第{ranking.version}版仍可查看。")
        return redirect("ranking", pk=corrected.pk)
    return render(
        request,
        "reporting/rankings/correct.html",
        {
            "title": f"更正：{ranking.content['bulletin']['title']}",
            "ranking": ranking,
            "changes": correction_preview(ranking),
            "signed": signed,
        },
    )


@roles(*SEES_NAMES)
def ranking_trace(request: SignedIn, pk: int, code: str) -> HttpResponse:
    """The contributions that a figure of a published ranking counted, by name, however long ago."""
    ranking = get_object_or_404(
        Ranking.objects.for_user(request.user).select_related("snapshot", "campaign__policy_version"), pk=pk
    )
    region = get_object_or_404(Region.objects.for_user(request.user), pk=code)
    published = tracing.published_figure(ranking, region)
    if published is None:
        raise Http404
    rows = tracing.counted(ranking=ranking, region=region)
    page = Paginator(rows.for_user(request.user), 50).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/rankings/trace.html",
        {
            "title": f"{region.name}：第{ranking.version}版计入的缴费记录",
            "ranking": ranking,
            "region": region,
            "published": published,
            "counted": rows.count(),
            "page_obj": page,
            "people": [person(row) for row in page],
        },
    )
