"""How long and where a session is good: twelve hours at most, and for an office on one device (GB/T 22239 8.1.4.1)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.access.roles import Role
from core.accounts.models import User
from core.audit.models import Event
from core.pages.middleware import page_after_login

_SIGNED_IN = "signed_in_at"


def is_single(user: User) -> bool:
    """Whether the account is held to one device: all but village helpers, who use a phone and the office's PC."""
    return user.role != Role.VILLAGE


def begin(request: HttpRequest, user: User) -> None:
    """Note a login in the session, and take the account over from the device where it was open."""
    request.session[_SIGNED_IN] = timezone.now().timestamp()
    if not is_single(user):
        return
    previous, current = user.session_key, request.session.session_key or ""
    User.objects.filter(pk=user.pk).update(session_key=current)
    user.session_key = current
    if previous not in ("", current) and Session.objects.filter(session_key=previous, expire_date__gt=timezone.now()):
        messages.warning(
            request,
            f"这个账号原来在另一台设备上登录着，那边已经退出。不是您本人的，请马上修改密码并告诉{user.county_word}医保局。",
        )


class SessionLimitsMiddleware:
    """End a session that is too old, or whose account has been opened on another device since; say which."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            moment = timezone.now().timestamp()
            begun = request.session.setdefault(_SIGNED_IN, moment)
            if moment - begun > settings.SESSION_HOURS * 3600:
                return self._end(request, f"登录已满{settings.SESSION_HOURS}小时，请重新登录。")
            user = request.user
            if is_single(user) and user.session_key not in ("", request.session.session_key):
                return self._end(request, _elsewhere(user))
        return self.get_response(request)

    def _end(self, request: HttpRequest, message: str) -> HttpResponse:
        target = page_after_login(request)
        logout(request)
        messages.warning(request, message)
        return redirect_to_login(target)


def _elsewhere(user: User) -> str:
    login = Event.objects.filter(action="session.login", actor=user).order_by("-recorded_at").first()
    at = f"于{timezone.localtime(login.recorded_at):%H:%M}在 {login.source} " if login else ""
    return (
        f"您的账号{at}在另一台设备上登录，这里已经退出。不是您本人的，"
        f"请马上重新登录、修改密码，并告诉{user.county_word}医保局。"
    )
