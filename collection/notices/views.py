"""公示: the village's list, printed, put up, photographed, objected to, answered, closed."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.contributions.models import Contribution
from collection.notices import services as notices
from collection.notices.forms import AnswerForm, ObjectionForm, PhotosForm, PostNoticeForm
from collection.notices.models import Objection, PublicNotice
from collection.notices.selectors import complaint_contact, waiting_for_notice
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from core.pages.form_steps import run_step, submit_form
from core.pages.forms import ReasonForm
from core.regions.models import Region
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

SEES = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE)
WORKS = (Role.TOWNSHIP, Role.VILLAGE)
State = PublicNotice.State


@roles(*SEES)
def notice_list(request: SignedIn) -> HttpResponse:
    """Every village of the region with what hangs there."""
    campaign = campaign_or_404(request.user)
    villages = Region.objects.for_user(request.user).filter(level=Region.Level.VILLAGE).select_related("parent")
    narrowed = ListFilter(request)
    villages = villages.in_region(narrowed.prefix)
    page = Paginator(villages.order_by("pk"), 60).get_page(request.GET.get("page"))
    codes = [village.pk for village in page]
    latest = {}
    rows = PublicNotice.objects.for_user(request.user).filter(campaign=campaign, village__in=codes)
    for notice in rows.exclude(state=State.WITHDRAWN).defer("rows").order_by("pk"):
        latest[notice.village_id] = notice
    paid = dict(
        Contribution.objects.for_user(request.user)
        .filter(campaign=campaign, village__in=codes, state=Contribution.State.POSTED, ended_at__isnull=True)
        .order_by()
        .values_list("village_id")
        .annotate(Count("pk"))
    )
    all_rows = PublicNotice.objects.for_user(request.user).filter(campaign=campaign)
    waiting = waiting_for_notice(campaign=campaign, region=narrowed.prefix)
    counts = all_rows.aggregate(
        hanging=Count("pk", filter=Q(state=State.POSTED)),
        closed=Count("pk", filter=Q(state=State.CLOSED)),
        over=Count("pk", filter=Q(state=State.POSTED, ends_on__lt=clock.today())),
    )
    return render(
        request,
        "collection/notices/notice_list.html",
        {
            "title": "缴费公示",
            "filter": narrowed,
            "page": page,
            "campaign": campaign,
            "counts": counts,
            "lines": [
                (village, latest.get(village.pk), paid.get(village.pk, 0), waiting.get(village.pk, 0))
                for village in page
            ],
            "works": request.user.role in WORKS and campaign.is_open,
            "today": clock.today(),
        },
    )


@require_POST
@roles(*WORKS)
def notice_prepare(request: SignedIn, village: str) -> HttpResponse:
    region, campaign, made = village_or_404(request.user, village), campaign_or_404(request.user), []
    if run_step(
        request,
        lambda: made.append(notices.prepare_notice(campaign=campaign, village=region, actor=request.user)),
        "公示名单已生成，请打印、张榜、拍照。",
    ):
        return redirect("notice_detail", made[0].pk)
    return redirect("notice_list")


def _notice_or_404(user: User, pk: int) -> PublicNotice:
    rows = PublicNotice.objects.for_user(user).select_related(
        "campaign__policy_version", "campaign__county", "village__parent", "prepared_by", "posted_by", "closed_by"
    )
    return get_object_or_404(rows, pk=pk)


@roles(*SEES)
def notice_detail(request: SignedIn, pk: int) -> HttpResponse:
    notice = _notice_or_404(request.user, pk)
    works = request.user.role in WORKS and notice.campaign.is_open
    return render(
        request,
        "collection/notices/notice_detail.html",
        {
            "title": f"{notice.village}缴费公示",
            "notice": notice,
            "works": works,
            "photos": notice.photos.all(),
            "objections": notice.objections.select_related("answered_by", "recorded_by"),
            "open_points": notices.open_points(notice, clock.today()),
            "rule": notice.campaign.policy.notice,
            "post_form": PostNoticeForm(initial={"on": clock.today()}),
            "photos_form": PhotosForm(),
            "objection_form": ObjectionForm(initial={"on": clock.today()}),
            "answer_form": AnswerForm(),
            "reason_form": ReasonForm(),
        },
    )


@roles(*SEES)
def notice_print(request: SignedIn, pk: int) -> HttpResponse:
    """The sheet for the wall: A4, two columns of people, nothing but masked names and numbers, and whom to ring."""
    notice = _notice_or_404(request.user, pk)
    half = -(-len(notice.rows) // 2)
    rows = [[n, *person] for n, person in enumerate(notice.rows, 1)]
    pairs = [(rows[n], rows[half + n] if half + n < len(rows) else None) for n in range(half)]
    facts = {"title": "参保缴费公示", "notice": notice, "pairs": pairs, "contact": complaint_contact(notice.village)}
    return render(request, "collection/notices/notice_print.html", facts)


@require_POST
@roles(*WORKS)
def notice_post(request: SignedIn, pk: int) -> HttpResponse:
    notice, form = _notice_or_404(request.user, pk), PostNoticeForm(request.POST, request.FILES)
    submit_form(request, form, notices.post_notice, "已登记张榜。", notice=notice)
    return redirect("notice_detail", pk)


@require_POST
@roles(*WORKS)
def notice_photos(request: SignedIn, pk: int) -> HttpResponse:
    notice, form = _notice_or_404(request.user, pk), PhotosForm(request.POST, request.FILES)
    submit_form(request, form, notices.add_photos, "照片已保存。", notice=notice)
    return redirect("notice_detail", pk)


@require_POST
@roles(*WORKS)
def objection_raise(request: SignedIn, pk: int) -> HttpResponse:
    notice, form = _notice_or_404(request.user, pk), ObjectionForm(request.POST)
    submit_form(request, form, notices.raise_objection, "异议已登记，请核实后答复。", notice=notice)
    return redirect("notice_detail", pk)


@require_POST
@roles(*WORKS)
def objection_answer(request: SignedIn, pk: int) -> HttpResponse:
    objection = get_object_or_404(Objection.objects.for_user(request.user).select_related("notice__campaign"), pk=pk)
    form = AnswerForm(request.POST)
    submit_form(request, form, notices.answer_objection, "已答复。", objection=objection)
    return redirect("notice_detail", objection.notice_id)


@require_POST
@roles(*WORKS)
def notice_close(request: SignedIn, pk: int) -> HttpResponse:
    notice = _notice_or_404(request.user, pk)
    run_step(request, lambda: notices.close_notice(notice=notice, actor=request.user), "公示已结束，影像已存档。")
    return redirect("notice_detail", pk)


@require_POST
@roles(*WORKS)
def notice_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    notice, form = _notice_or_404(request.user, pk), ReasonForm(request.POST)
    submit_form(request, form, notices.withdraw_notice, "已撤下，可以重新生成名单。", notice=notice)
    return redirect("notice_detail", pk)
