"""Wrong passwords: django-axes counts them for a user and an address; here is what people see of it."""

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.accounts.models import User
from core.audit import services as audit
from core.audit.models import Event

COOL_OFF = timedelta(hours=settings.AXES_COOLOFF_TIME)
COOL_OFF_MINUTES = round(settings.AXES_COOLOFF_TIME * 60)


def locked_page(request: Any, credentials: dict[str, str]) -> HttpResponse:
    """The answer to a locked login: how long it lasts and whom to ask. The first one leaves an event."""
    username = credentials.get("username", "")
    last = (
        (
            AccessAttempt.objects.filter(username=username, ip_address=request.axes_ip_address).aggregate(
                last=Max("attempt_time")
            )["last"]
        )
        or timezone.now()
    )
    _record_once(username, last)
    facts = {
        "username": username,
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "cooloff_minutes": COOL_OFF_MINUTES,
        "unlocks_at": last + COOL_OFF,
    }
    return render(request, "registration/locked.html", facts, status=429)


def _record_once(username: str, since: datetime) -> None:
    if Event.objects.filter(action="session.lock", object_id=username[:60], recorded_at__gte=since).exists():
        return
    user = User.objects.filter(username=username).first()
    audit.record(
        "session.lock",
        actor=None,
        object_type="user",
        object_id=username[:60],
        region=(user.region_id or "") if user else "",
        summary=f"账号 {username[:60]} 连续输错密码，暂时停用",
    )


def locked() -> list[dict[str, Any]]:
    """The user names and addresses locked now: username, ip_address, failures, unlocks_at; the latest first."""
    rows = (
        AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - COOL_OFF)
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("-last")
    )
    return [{**row, "unlocks_at": row["last"] + COOL_OFF} for row in rows]


def record_failure(username: str) -> None:
    """Leave an event of a failed login, at most as many from one address as lock an account.

    What was typed is kept only if an account is called so: people type passwords in the field above.
    """
    user = User.objects.filter(username=username[:40]).first()
    since = timezone.now() - COOL_OFF
    earlier = Event.objects.filter(action="session.failed", source=audit.current_source(), recorded_at__gte=since)
    if earlier.filter(object_id=user.username if user else "").count() >= settings.AXES_FAILURE_LIMIT:
        return
    audit.record(
        "session.failed",
        actor=None,
        object_type="user",
        object_id=user.username if user else "",
        region=(user.region_id or "") if user else "",
        summary=f"登录失败：{f'账号 {user.username}' if user else '没有这个账号'}",
    )
