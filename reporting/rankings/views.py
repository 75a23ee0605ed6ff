"""Rankings: the published ones, the drafts the county publishes from, corrections, and who was counted."""

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.access.roles import BUSINESS, Role, roles
from core.regions.models import Region
from reporting.progress.charts import Series, sparkline, trend_chart
from reporting.progress.views import person
from reporting.rankings import tracing
from reporting.rankings.models import Ranking, Snapshot
from reporting.rankings.services import (
    PublishRefused,
    content_of,
    correct_ranking,
    correction_preview,
    next_number,
    publish_ranking,
)

SEES_NAMES = (Role.COUNTY, Role.TOWNSHIP)
#: How many rankings a trend looks back on.
TREND = 16

_newest = Ranking.objects.filter(campaign=OuterRef("campaign"), kind=OuterRef("kind")).order_by("-pk").values("pk")
# Put together once: for a page that is drawn already, this is a good part of its work.
_WITH_NEWEST = Ranking.objects.annotate(newest=Subquery(_newest[:1])).defer("content")
_WITHOUT_VILLAGES = _WITH_NEWEST.defer("villages")


@roles(*BUSINESS)
def ranking_list(request):
    """What is published, the newest first; for the county also what waits to be published."""
    rows = Ranking.objects.for_user(request.user).defer("content", "villages").select_related("campaign__county")
    drafts = []
    if request.user.role == Role.COUNTY:
        drafts = Snapshot.objects.for_user(request.user).filter(ranking=None).select_related("campaign__county")[:30]
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    return render(
        request, "reporting/rankings/ranking_list.html", {"title": "排名与通报", "page_obj": page, "drafts": drafts}
    )


@roles(*BUSINESS)
def ranking_page(request, pk):
    """A published ranking, as it was published; at most five queries."""
    ranking = get_object_or_404(_readable(request.user), pk=pk)
    return render(
        request, "reporting/rankings/ranking.html", shown(request.user, ranking, "reporting/rankings/_ranking.html")
    )


@roles(Role.LEADER, Role.COUNTY, Role.TOWNSHIP)
def leader_page(request):
    """The newest weekly or daily ranking, for a phone and for one sheet of paper."""
    ranking = newest_ranking(request.user)
    if ranking is None:
        return render(
            request,
            "reporting/rankings/nothing.html",
            {"title": "征缴进度", "text": "还没有发布过排名。", "hint": "县医保局发布第一期排名后，这里会显示。"},
        )
    return render(
        request, "reporting/rankings/leader.html", shown(request.user, ranking, "reporting/rankings/_leader.html")
    )


@roles(Role.COUNTY)
def snapshot_page(request, pk):
    """What would be published, before it is."""
    snapshot = get_object_or_404(
        Snapshot.objects.for_user(request.user).select_related("campaign__county", "campaign__policy_version"), pk=pk
    )
    if published := Ranking.objects.filter(snapshot=snapshot).first():
        return redirect("ranking", pk=published.pk)
    number = next_number(snapshot.campaign)
    content, _ = content_of(snapshot=snapshot, number=number)
    return render(
        request,
        "reporting/rankings/snapshot.html",
        {
            "title": f"待发布：{content['bulletin']['title']}",
            "snapshot": snapshot,
            "content": content,
            "number": number,
            "charts": {},
        },
    )


@roles(Role.COUNTY)
@require_POST
def snapshot_publish(request, pk):
    snapshot = get_object_or_404(Snapshot.objects.for_user(request.user), pk=pk)
    try:
        ranking = publish_ranking(snapshot=snapshot, number=request.POST.get("number", ""), actor=request.user)
    except (PublishRefused, ValueError) as refusal:
        messages.error(request, str(refusal))
        return redirect("snapshot", pk=snapshot.pk)
    messages.success(request, f"已发布，校验码 {ranking.fingerprint[:16]}。")
    return redirect("ranking", pk=ranking.pk)


@roles(Role.COUNTY)
def ranking_correct(request, pk):
    """Shows what a new count differs in; with a reason it becomes the next version."""
    ranking = get_object_or_404(Ranking.objects.for_user(request.user).select_related("campaign__county"), pk=pk)
    if request.method == "POST":
        try:
            corrected = correct_ranking(ranking=ranking, reason=request.POST.get("reason", ""), actor=request.user)
        except PublishRefused as refusal:
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
        },
    )


@roles(*SEES_NAMES)
def ranking_trace(request, pk, code):
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


def newest_ranking(user) -> Ranking | None:
    """The newest weekly or daily ranking that this user may read."""
    rows = _readable(user).filter(kind__in=("weekly", "daily"))
    return rows.order_by("-campaign__year", "-as_of", "-version").first()


def _readable(user):
    """Rankings of the user's county with the newest of their kind; villages only for who sees some of them."""
    return (_WITH_NEWEST if _own_township(user) else _WITHOUT_VILLAGES).for_user(user)


def _own_township(user) -> str:
    return user.scope_prefix[:9] if len(user.scope_prefix) > 6 else ""


def shown(user, ranking: Ranking, template: str) -> dict:
    """The page's facts and its body. What is published does not change, so a body is drawn once for those who see the
    same, and anew when another ranking of the kind comes out (a correction, a longer trend)."""
    key = f"{template}:{ranking.pk}:{ranking.fingerprint[:16]}:{ranking.newest}:{user.scope_prefix}:{user.role}"
    found = cache.get(key)
    if found is None:
        context = ranking_context(user, ranking)
        content = context["content"]
        found = {
            "title": content["bulletin"]["title"],
            "as_of": content["bulletin"]["as_of"],
            "county": content["county"],
            "year": content["year"],
            "newest": context["newest"],
            "body": render_to_string(template, context),
        }
        cache.set(key, found, timeout=3600)
    return {"ranking": ranking, **found}


def ranking_context(user, ranking: Ranking) -> dict:
    """What the ranking's and the leader's page show: content as frozen, trend, versions, the user's own villages."""
    same_kind = list(
        Ranking.objects.filter(campaign=ranking.campaign_id, kind=ranking.kind, as_of__lte=ranking.as_of)
        .order_by("-as_of", "-version")
        .values("pk", "as_of", "version", "reason", "published_by__name", "content")[: TREND * 2]
    )
    versions = [row for row in same_kind if row["as_of"] == ranking.as_of]
    this = next(row for row in versions if row["pk"] == ranking.pk)
    content = this["content"]
    own = _own_township(user) and user.scope_prefix
    townships = content["townships"]
    villages = [row for row in ranking.villages if row["code"].startswith(own)] if own else []
    middle = (len(villages) + 1) // 2
    return {
        "ranking": ranking,
        "content": content,
        "publisher": this["published_by__name"],
        "versions": versions,
        "newest": versions[0] if versions and versions[0]["version"] > ranking.version else None,
        "before": next((row["content"]["whole"] for row in same_kind if row["as_of"] < ranking.as_of), None),
        "top": [row for row in townships if row["rank"]][:3],
        "bottom": [row for row in townships if row["rank"]][-3:] if len(townships) > 3 else [],
        "at_risk": [row for row in reversed(townships) if row["outlook"] and row["outlook"]["at_risk"]],
        "missing": sum(group["missing"] for group in content["beside"]["groups"].values()),
        "own": own[:9],
        "villages": villages,
        "halves": [villages[:middle], villages[middle:]],
        "charts": _charts(same_kind, content),
        "traceable": user.role in SEES_NAMES,
        "scope": user.scope_prefix,
    }


def _charts(same_kind, content) -> dict:
    """The county's trend, and a sparkline a township; of each as-of time the last version."""
    newest: dict = {}
    for row in same_kind:
        newest.setdefault(row["as_of"], row)
    past = [newest[at] for at in sorted(newest)][-TREND:]
    if len(past) < 2:
        return {}
    labels = [_label(row["as_of"]) for row in past]
    goal = _percent_of(content["stage"]["share"]) if content["stage"] else None
    whole = [_completion(row["content"]["whole"], "done_of_task") for row in past]
    named = [row for row in content["townships"] if row["rank"]]
    series = [Series("全县", whole)]
    if len(named) > 3:
        for row in (named[0], named[-1]):
            series.append(Series(row["name"], [_township(past_row, row["code"]) for past_row in past]))
    return {
        "trend": trend_chart("trend", labels, series, goal=goal, title="完成率走势"),
        "sparklines": {
            row["code"]: sparkline(
                f"spark-{row['code']}",
                values := [_township(past_row, row["code"]) for past_row in past],
                told=f"{row['name']}近{len(past)}期完成率："
                + "，".join("无数据" if v is None else f"{v:.2f}%" for v in values),
            )
            for row in content["townships"]
        },
    }


def _township(row, code) -> float | None:
    found = next((t for t in row["content"]["townships"] if t["code"] == code), None)
    return _completion(found, "done") if found else None


def _completion(figures, key) -> float | None:
    return figures[key] * 100 / figures["task"] if figures["task"] else None


def _percent_of(share: str) -> float:
    part, _, whole = share.partition("/")
    return int(part) * 100 / int(whole or 1)


def _label(as_of) -> str:
    return f"{timezone.localtime(as_of):%m-%d}"
