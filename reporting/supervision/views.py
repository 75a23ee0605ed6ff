"""包联和督导: who answers for what, what was found, talks and orders, activities."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, run_step, submit_form
from core.pages.forms import ReasonForm
from reporting.supervision import posts, selectors, services
from reporting.supervision.forms import (
    ActivityForm,
    AnswerForm,
    FindingForm,
    JudgeForm,
    MeasureForm,
    PostsForm,
    ReplaceForm,
)
from reporting.supervision.models import Activity, Finding, Measure, Post
from subsidies.campaigns.selectors import campaign_or_404

SEES = (Role.COUNTY, Role.TOWNSHIP, Role.LEADER)


@roles(*SEES)
def supervision_posts(request: SignedIn) -> HttpResponse:
    """Who answers for what, by township; what is vacant; a form to paste people into."""
    campaign, user = campaign_or_404(request.user), request.user
    form = PostsForm(request.POST or None, user=user)
    fills = user.role != Role.LEADER
    if (
        request.method == "POST"
        and fills
        and run_form(
            form,
            lambda: posts.appoint(
                campaign=campaign,
                body=form.cleaned_data["body"],
                appointments=posts.read_lines(
                    body=form.cleaned_data["body"], text=form.cleaned_data["text"], user=user
                ),
                since=form.cleaned_data["since"],
                actor=user,
            ),
        )
    ):
        messages.success(request, "已登记。已在任的没有重复登记。")
        return redirect("supervision_posts")
    teams = selectors.township_teams(campaign, user)
    facts = {"title": "包联和专班", "campaign": campaign, "form": form, "fills": fills, "teams": teams}
    facts["annexed"] = campaign.policy.contact_team
    facts["leading"] = [p for p in selectors.live_posts(campaign, user) if p.body == Post.Body.LEADING]
    facts["without_leader"] = [team.region.name for team in teams if not team.leaders]
    facts["wanted_groups"] = campaign.policy.supervision and campaign.policy.supervision.guidance_groups
    facts["groups"] = sorted({post.group for team in teams for post in team.groups if post.group})
    facts["past"] = (
        Post.objects.for_user(user).filter(campaign=campaign, until__isnull=False).select_related("region")[:50]
    )
    return render(request, "reporting/supervision/supervision_posts.html", facts, status=form_status(form))


@roles(Role.COUNTY, Role.TOWNSHIP)
def post_replace(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody leaves: all the places of that person go to who follows, or stand vacant."""
    rows = Post.objects.for_user(request.user).filter(until__isnull=True)
    post = get_object_or_404(rows.select_related("region", "campaign"), pk=pk)
    form = ReplaceForm(request.POST or None)
    if request.method == "POST" and run_form(
        form, lambda: posts.replace_person(post=post, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, f"{post.name}的变动已登记。")
        return redirect("supervision_posts")
    same = rows.filter(campaign=post.campaign, body=post.body, name=post.name, title=post.title)
    facts = {"title": f"{post.name}变动", "post": post, "form": form, "held": same.select_related("region")}
    return render(request, "reporting/supervision/post_replace.html", facts, status=form_status(form))


@roles(*SEES)
def supervision_annex(request: SignedIn) -> HttpResponse:
    """The leading group and each township's teams for print, as annexes where the notice has them (内乡 附件1、2)."""
    campaign = campaign_or_404(request.user)
    facts = {"title": "领导小组和专班名单", "campaign": campaign, "annexed": campaign.policy.contact_team}
    facts["teams"] = selectors.township_teams(campaign, request.user)
    live = list(selectors.live_posts(campaign, request.user))
    facts["leading"] = [post for post in live if post.body == Post.Body.LEADING]
    return render(request, "reporting/supervision/supervision_annex.html", facts)


@roles(*SEES)
def finding_list(request: SignedIn) -> HttpResponse:
    """What inspections found, open ones first."""
    campaign, user = campaign_or_404(request.user), request.user
    inspects = user.role in services.INSPECTS
    form = FindingForm(request.POST or None, request.FILES or None, user=user)
    if (
        request.method == "POST"
        and inspects
        and run_form(form, lambda: services.record_finding(campaign=campaign, actor=user, **form.cleaned_data))
    ):
        return redirect("finding_list")
    rows = Finding.objects.for_user(user).filter(campaign=campaign).select_related("region__parent")
    state = request.GET.get("state", "")
    if state in Finding.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {"title": "督导发现", "campaign": campaign, "form": form, "page": page, "inspects": inspects}
    facts |= {"state": state, "states": Finding.State.choices}
    return render(request, "reporting/supervision/finding_list.html", facts, status=form_status(form))


@roles(*SEES)
def finding(request: SignedIn, pk: int) -> HttpResponse:
    """One finding with its pictures, its answer and what may be done."""
    found = get_object_or_404(
        Finding.objects.for_user(request.user).select_related("region__parent", "answered_by", "closed_by"), pk=pk
    )
    form = AnswerForm(request.POST or None, request.FILES or None)
    facts = form.cleaned_data if form.is_valid() else {}
    if request.method == "POST" and run_form(
        form, lambda: services.answer_finding(finding=found, actor=request.user, **facts)
    ):
        return redirect("finding", pk)
    page = {
        "title": f"{found.region.name}督导发现",
        "found": found,
        "form": form,
        "judge_form": JudgeForm(),
        "photos": found.photos.all(),
        "answer_photos": found.answer_photos.all(),
        "may_judge": request.user.role in services.INSPECTS and found.answered_by_id != request.user.pk,
    }
    return render(request, "reporting/supervision/finding.html", page, status=form_status(form))


@roles(Role.COUNTY, Role.LEADER)
@require_POST
def finding_judge(request: SignedIn, pk: int) -> HttpResponse:
    found, form = get_object_or_404(Finding.objects.for_user(request.user), pk=pk), JudgeForm(request.POST)
    accept = request.POST.get("decision") == "accept"
    submit_form(
        request,
        form,
        services.judge_finding,
        "已销号。" if accept else "已退回重新整改。",
        finding=found,
        accept=accept,
    )
    return redirect("finding", pk)


@roles(*SEES)
def measure_list(request: SignedIn) -> HttpResponse:
    """Talks and orders, with what changed by the bulletin after."""
    campaign, user = campaign_or_404(request.user), request.user
    form = MeasureForm(request.POST or None, user=user)
    if (
        request.method == "POST"
        and user.role == Role.COUNTY
        and run_form(form, lambda: services.record_measure(campaign=campaign, actor=user, **form.cleaned_data))
    ):
        return redirect("measure_list")
    rows = Measure.objects.for_user(user).filter(campaign=campaign).select_related("township", "ranking")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {"title": "约谈督办", "campaign": campaign, "form": form, "page": page}
    facts["listed"] = selectors.with_standings(page)
    return render(request, "reporting/supervision/measure_list.html", facts, status=form_status(form))


@roles(Role.COUNTY)
@require_POST
def measure_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    measure, form = get_object_or_404(Measure.objects.for_user(request.user), pk=pk), ReasonForm(request.POST)
    submit_form(request, form, services.withdraw_measure, "已撤回。", measure=measure)
    return redirect("measure_list")


@roles(Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.LEADER)
def activity_list(request: SignedIn) -> HttpResponse:
    """Activities counted by township and kind, and the newest with pictures."""
    campaign, user = campaign_or_404(request.user), request.user
    form = ActivityForm(request.POST or None, request.FILES or None, user=user)
    if (
        request.method == "POST"
        and user.role != Role.LEADER
        and run_form(form, lambda: services.record_activity(campaign=campaign, actor=user, **form.cleaned_data))
    ):
        return redirect("activity_list")
    rows = Activity.objects.for_user(user).filter(campaign=campaign, withdrawn_at__isnull=True)
    rows = rows.select_related("region__parent").prefetch_related("photos")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    facts = {"title": "宣传活动", "campaign": campaign, "form": form, "page": page}
    lines = selectors.activity_lines(campaign, user)
    facts |= {"kinds": Activity.Kind.labels, "lines": [line for line in lines if any(line["numbers"])]}
    facts["silent"] = [line["name"] for line in lines if not any(line["numbers"])]
    return render(request, "reporting/supervision/activity_list.html", facts, status=form_status(form))


@roles(Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE)
@require_POST
def activity_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Activity.objects.for_user(request.user), pk=pk)
    run_step(request, lambda: services.withdraw_activity(activity=found, actor=request.user), "已撤回，不再计入。")
    return redirect("activity_list")
