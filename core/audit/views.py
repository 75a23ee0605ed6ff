"""The security officer's lockouts and the audit officer's log."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from core.access.roles import Role, roles
from core.access.search_tokens import typed
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.audit.labels import SUBJECTS, lines_of, masked, source_of, subject_of
from core.audit.models import Event
from core.database.paginator import BoundedPaginator
from core.regions.models import Region
from core.tables.writer import xlsx_response

EXPORT_LIMIT = 100_000
#: So many facts of an event stand in the list at once; the rest unfolds, as far as it is of use on a page.
AT_ONCE, AT_MOST = 5, 60
EXCEL_CELL = 32_000


_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class EventFilter(django_filters.FilterSet):
    since = django_filters.DateFilter(label="从", field_name="recorded_at", lookup_expr="date__gte", widget=_DAY)
    until = django_filters.DateFilter(label="到", field_name="recorded_at", lookup_expr="date__lte", widget=_DAY)
    subject = django_filters.ChoiceFilter(label="事项", choices=SUBJECTS, method="by_subject")
    actor = django_filters.CharFilter(label="操作人账号或姓名", method="by_actor")
    source = django_filters.CharFilter(label="来源", lookup_expr="startswith")
    region = django_filters.CharFilter(label="区划代码开头", field_name="region_code", lookup_expr="startswith")
    text = django_filters.CharFilter(label="摘要含有", field_name="summary", lookup_expr="contains")

    class Meta:
        model = Event
        fields: list[str] = []

    def by_subject(self, rows: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        return rows.filter(action__startswith=f"{value}.")

    def by_actor(self, rows: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        return rows.filter(actor_name=value) | rows.filter(actor__username=value)


@roles(Role.AUDIT)
def event_list(request: SignedIn) -> HttpResponseBase:
    """Every event of the county, newest first; identity numbers in details are masked here too."""
    found = EventFilter(typed(request), Event.objects.for_user(request.user).select_related("actor"))
    rows = found.qs.order_by("-id")
    if request.GET.get("export"):
        return _export(request, rows)
    page = BoundedPaginator(rows, 50).get_page(request.GET.get("page"))
    places = _places(request.user)
    for event in page:
        lines = lines_of(event, places)
        event.says, event.subject = masked(event.summary), subject_of(event.action)
        event.came_from = source_of(event.source)
        event.first_lines, event.more_lines = lines[:AT_ONCE], lines[AT_ONCE:AT_MOST]
        event.folded, event.left_out = (max(len(lines) - shown, 0) for shown in (AT_ONCE, AT_MOST))
    facts = {"title": "审计日志", "form": found.form, "page": page, "query": request.GET.urlencode()}
    return render(request, "core/audit/event_list.html", facts)


def _export(request: SignedIn, rows: QuerySet[Event]) -> FileResponse:
    number = rows[:EXPORT_LIMIT].count()
    audit.record(
        "event.export",
        actor=request.user,
        object_type="event",
        region=request.user.region_id or "",
        summary=f"导出审计日志 {number} 条",
    )
    places = _places(request.user)
    columns = (
        ("记录时间", 18),
        ("业务时间", 18),
        ("操作人", 12),
        ("账号", 16),
        ("事项", 14),
        ("动作代码", 22),
        ("来源", 18),
        ("区划代码", 14),
        ("摘要", 60),
        ("明细", 60),
    )
    lines = (
        (
            f"{timezone.localtime(event.recorded_at):%Y-%m-%d %H:%M:%S}",
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
            event.actor_name,
            event.actor.username if event.actor else "",
            subject_of(event.action),
            event.action,
            source_of(event.source),
            event.region_code,
            masked(event.summary),
            "；".join(map(str, lines_of(event, places)))[:EXCEL_CELL],
        )
        for event in rows[:EXPORT_LIMIT].iterator(chunk_size=2000)
    )
    return xlsx_response(filename="审计日志.xlsx", columns=columns, rows=lines)


def _places(user: User) -> dict[str, str]:
    return dict(Region.objects.in_region(user.region_id or "").values_list("code", "name"))
