"""Keeping and dropping one's own filters; each leads back to its list."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from core.access.roles import EVERYONE, roles
from core.accounts.requests import SignedIn
from core.filters import services
from core.filters.models import SavedFilter
from core.pages.form_steps import run_step


@roles(*EVERYONE)
@require_POST
def filter_save(request: SignedIn) -> HttpResponse:
    """Keep the list that was shown under a name."""
    path, query = _own_path(request.POST.get("path", "")), request.POST.get("query", "")
    name = request.POST.get("name", "")
    run_step(
        request,
        lambda: services.save_filter(actor=request.user, path=path, query=query, name=name),
        "已保存。以后在这个页面点它的名称，就是这组筛选。",
    )
    return redirect(f"{path}?{query}" if query and path != "/" else path)


@roles(*EVERYONE)
@require_POST
def filter_drop(request: SignedIn, pk: int) -> HttpResponse:
    """Forget a filter."""
    get_object_or_404(SavedFilter, pk=pk, user=request.user)
    services.drop_filter(actor=request.user, pk=pk)
    return redirect(_own_path(request.POST.get("path", "")))


def _own_path(path: str) -> str:
    """A page of this site; the first one for anything else."""
    try:
        resolve(path)
    except Resolver404:
        return "/"
    return path if path.startswith("/") and not path.startswith("//") else "/"
