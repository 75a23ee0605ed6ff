"""The first page, and the address by which machines ask whether the site is well."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access.roles import EVERYONE, roles
from core.accounts.requests import SignedIn
from core.pages.frame import panels_for, todos_for
from core.pages.guards import health


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The address of what HealthMiddleware answers."""
    return health()


@roles(*EVERYONE)
def home(request: SignedIn) -> HttpResponse:
    """What this user has to do today, and the panels of the role."""
    return render(
        request,
        "core/pages/home.html",
        {"title": "今日待办", "todos": todos_for(request.user), "panels": panels_for(request.user)},
    )
