"""The first page, and the address by which machines ask whether the site is well."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from config import clock
from core.access.roles import EVERYONE, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.drawn import own_once
from core.pages.frame import panels_for, todos_for
from core.pages.guards import health


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The address of what HealthMiddleware answers."""
    return health()


@roles(*EVERYONE)
def home(request: SignedIn) -> HttpResponse:
    """What this user has to do today, and the panels of the role; looked up once a minute, and after each own deed."""

    def work_of(user: User) -> dict[str, object]:
        todos, panels = todos_for(user), panels_for(user)
        body = render_to_string("core/pages/_work.html", {"todos": todos, "panels": panels}, request=request)
        return {"todo_count": len(todos), "body": body, "is_empty": not (todos or panels), "as_of": clock.now()}

    work = own_once(request.user, str(request.session.session_key), "home", work_of)
    return render(request, "core/pages/home.html", {"title": "今日待办", **work})
