import logging
import re
import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from core.access.search_tokens import holds_number
from core.audit import services as audit
from core.audit.changes import known_to_request
from core.logs import log_context

#: The rest of the chain that a middleware stands in.
GetResponse = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
log = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Give each request an id that its log lines and its answer carry; nginx's own id is kept."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if settings.TRUSTED_PROXIES and _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        begun = time.monotonic()
        with log_context(request_id=request_id):
            response = self.get_response(request)
            spent = round((time.monotonic() - begun) * 1000)
            # The path alone: what was searched for is nobody's business in a log.
            log.info("%s %s %s %s ms", request.method, request.path, response.status_code, spent)
        response["X-Request-ID"] = request_id
        return response


class AuditSourceMiddleware:
    """Audit events written during a request carry the client's address. Who only looks goes by the newest event that
    was read with the account."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        looks = request.method in ("GET", "HEAD")
        with audit.source(client_address(request)), known_to_request() if looks else nullcontext():
            return self.get_response(request)


def client_address(request: HttpRequest) -> str:
    """The client's address as the outermost of our own proxies saw it (TRUSTED_PROXIES), else the peer's, else "::"."""
    hops: list[str] = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        nearest: int = settings.TRUSTED_PROXIES
        return hops[-nearest]
    peer: str = request.META.get("REMOTE_ADDR", "")
    return peer or "::"


class IdleLogoutMiddleware:
    """Half an hour without a request ends the session. The time is written at most once a minute."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            moment = timezone.now().timestamp()
            seen = request.session.get("seen_at", moment)
            if moment - seen > settings.IDLE_MINUTES * 60:
                logout(request)
                messages.info(request, f"超过{settings.IDLE_MINUTES}分钟没有操作，已自动退出，请重新登录。")
                return redirect_to_login(page_after_login(request))
            if moment - seen > 60 or "seen_at" not in request.session:
                request.session["seen_at"] = moment
        return self.get_response(request)


class LoginMiddleware(LoginRequiredMiddleware):
    """Django's own, but whoever sends a form without a session is told so, and comes back to a page that opens."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method == "POST":
            messages.info(
                request, "登录已经失效，刚才提交的内容没有保存。登录后会恢复本窗口已填写的内容，请核对后重新提交。"
            )
        return redirect_to_login(page_after_login(request))


def page_after_login(request: HttpRequest) -> str:
    """The page that was asked for, without a search for somebody's number; the first page after a form, whose address
    may take nothing but forms."""
    if request.method != "GET":
        return _page_of_form(request)
    return request.path if holds_number(request.GET) else request.get_full_path()


def _page_of_form(request: HttpRequest) -> str:
    """The page of this site on which the form stood, where the browser keeps what was typed; else the first page."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    page = urlsplit(referer)
    return page.path if holds_number(QueryDict(page.query)) or not page.query else f"{page.path}?{page.query}"


class FirstPasswordMiddleware:
    """A first password opens only the page where it is changed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.user.must_change_password:
            allowed = {reverse("password_change"), reverse("logout")}
            if request.path not in allowed and not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
                return redirect("password_change")
        return self.get_response(request)
