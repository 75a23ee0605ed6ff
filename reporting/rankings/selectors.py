"""What pages show of published rankings: the newest, its trend, the reader's own villages."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils import timezone

from core.access.roles import Role
from core.accounts.models import User
from core.audit.changes import kept_and_mended
from reporting.progress.charts import Series, sparkline, trend_chart
from reporting.rankings.models import Ranking, RankingQuerySet
from subsidies.campaigns.selectors import current

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Newest(TypedDict):
        newest: int

    #: A ranking with the number of the newest of its kind.
    Dated = WithAnnotations[Ranking, _Newest]

SEES_NAMES = (Role.COUNTY, Role.TOWNSHIP)


#: How many rankings a trend looks back on.
TREND = 16


_NEWEST_OF_KIND = (
    Ranking.objects.filter(campaign=OuterRef("campaign"), kind=OuterRef("kind")).order_by("-pk").values("pk")
)


# Put together once: for a page that is drawn already, this is a good part of its work.
_WITH_NEWEST = Ranking.objects.annotate(newest=Subquery(_NEWEST_OF_KIND[:1])).defer("content")


_WITHOUT_VILLAGES = _WITH_NEWEST.defer("villages")


def newest_ranking(user: User) -> "Dated | None":
    """The newest weekly or daily ranking of the chosen year that this user may read."""
    rows = readable(user).filter(campaign=current(user), kind__in=("weekly", "daily"))
    return rows.order_by("-as_of", "-version").first()


def readable(user: User) -> RankingQuerySet:
    """Rankings of the user's county with the newest of their kind; villages only for who sees some of them."""
    return (_WITH_NEWEST if own_township(user) else _WITHOUT_VILLAGES).for_user(user)


def published(user: User, pk: int) -> "Dated | None":
    """One ranking that this user may read; kept until something changes."""
    rows = _WITHOUT_VILLAGES.for_user(user).filter(pk=pk)
    return kept_and_mended(f"ranking:{pk}:{user.scope_prefix[:6]}", rows.first, lambda _, changes: None)


def own_township(user: User) -> str:
    return user.scope_prefix[:9] if len(user.scope_prefix) > 6 else ""


def shown(user: User, ranking: "Dated", template: str) -> dict[str, Any]:
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


def ranking_context(user: User, ranking: Ranking) -> dict[str, Any]:
    """What the ranking's and the leader's page show: content as frozen, trend, versions, the user's own villages."""
    same_kind = list(
        Ranking.objects.filter(campaign=ranking.campaign_id, kind=ranking.kind, as_of__lte=ranking.as_of)
        .order_by("-as_of", "-version")
        .values("pk", "as_of", "version", "reason", "published_by__name", "content")[: TREND * 2]
    )
    versions = [row for row in same_kind if row["as_of"] == ranking.as_of]
    this = next(row for row in versions if row["pk"] == ranking.pk)
    content = this["content"]
    own = own_township(user) and user.scope_prefix
    townships = content["townships"]
    ranked = [row for row in townships if row["rank"]]
    villages = [row for row in ranking.villages if row["code"].startswith(own)] if own else []
    return {
        "ranking": ranking,
        "content": content,
        "publisher": this["published_by__name"],
        "versions": versions,
        "newest": versions[0] if versions and versions[0]["version"] > ranking.version else None,
        "before": next((row["content"]["whole"] for row in same_kind if row["as_of"] < ranking.as_of), None),
        "top": ranked[:3],
        "bottom": ranked[-3:] if len(ranked) > 3 else [],
        "at_risk": [row for row in reversed(townships) if row["outlook"] and row["outlook"]["at_risk"]],
        "missing": sum(group["missing"] for group in content["beside"]["groups"].values()),
        "own": own[:9],
        "villages": villages,
        "charts": _charts(same_kind, content),
        "traceable": user.role in SEES_NAMES,
        "scope": user.scope_prefix,
    }


def _charts(same_kind: list[dict[str, Any]], content: dict[str, Any]) -> dict[str, Any]:
    """The county's trend, and a sparkline a township; of each as-of time the last version."""
    newest: dict[datetime, dict[str, Any]] = {}
    for row in same_kind:
        newest.setdefault(row["as_of"], row)
    past = [newest[at] for at in sorted(newest)][-TREND:]
    if len(past) < 2:
        return {}
    labels = [_label(row["as_of"]) for row in past]
    goal = _percent_of(content["stage"]["share"]) if content["stage"] else None
    whole = [_completion(row["content"]["whole"], "done_of_task") for row in past]
    named = [row for row in content["townships"] if row["rank"]]
    series = [Series(content.get("county_as_a_whole", "合计"), whole)]
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


def _township(row: dict[str, Any], code: str) -> float | None:
    found = next((t for t in row["content"]["townships"] if t["code"] == code), None)
    return _completion(found, "done") if found else None


def _completion(figures: dict[str, Any], key: str) -> float | None:
    return figures[key] * 100 / figures["task"] if figures["task"] else None


def _percent_of(share: str) -> float:
    part, _, whole = share.partition("/")
    return int(part) * 100 / int(whole or 1)


def _label(as_of: datetime) -> str:
    return f"{timezone.localtime(as_of):%m-%d}"
