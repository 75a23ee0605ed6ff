"""Home, files, job progress, health: what every role uses."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render

from core.access.roles import EVERYONE, roles
from core.pages.frame import panels_for, todos_for


@login_not_required
def healthz(request):
    """For load balancers: 200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@roles(*EVERYONE)
def home(request):
    return render(
        request,
        "core/pages/home.html",
        {"title": "今日待办", "todos": todos_for(request.user), "panels": panels_for(request.user)},
    )
