"""操作手册: the book of one's role, a chapter, the whole to print, a sheet for the wall, the first login's guide."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.access.roles import EVERYONE, OFFICES, Role, role_name, roles
from core.accounts.display import record_guided
from core.accounts.requests import SignedIn
from core.help.chapters import chapters_of, guides


@roles(*EVERYONE)
def help_index(request: SignedIn) -> HttpResponse:
    """The chapters of one's own role."""
    facts = {"title": "操作手册", "chapters": chapters_of(request.user), "sheets": _sheets(request.user.role)}
    return render(request, "core/help/index.html", facts)


@roles(*EVERYONE)
def help_chapter(request: SignedIn, chapter: str) -> HttpResponse:
    book = chapters_of(request.user)
    here = next((place for place, one in enumerate(book) if one.key == chapter), None)
    if here is None:
        raise Http404("没有这一章。")
    facts = {
        "title": book[here].title,
        "chapter": book[here],
        "before": book[here - 1] if here else None,
        "after": book[here + 1] if here + 1 < len(book) else None,
    }
    return render(request, "core/help/chapter.html", facts)


@roles(*EVERYONE)
def help_book(request: SignedIn) -> HttpResponse:
    """Every chapter of the role on one page, to be printed."""
    facts = {"title": "操作手册", "chapters": chapters_of(request.user)}
    return render(request, "core/help/book.html", facts)


@roles(*EVERYONE)
def help_wall(request: SignedIn, role: str) -> HttpResponse:
    """One A4 sheet for the wall: one's own; the bureau prints everybody's."""
    if role not in {one for one, _ in _sheets(request.user.role)}:
        raise Http404("没有这一张。")
    name = role_name(role, request.user.region_id)
    facts = {"title": f"{name}：三件事", "guide": guides()[Role(role)], "role_name": name}
    return render(request, "core/help/wall.html", facts)


@roles(*EVERYONE)
def help_start(request: SignedIn, step: int) -> HttpResponse:
    """The first login: one of the three things a page."""
    guide = guides().get(Role(request.user.role))
    if guide is None:
        record_guided(user=request.user)
        return redirect("home")
    if not 1 <= step <= len(guide.tasks):
        raise Http404("没有这一步。")
    task = guide.tasks[step - 1]
    facts = {
        "title": f"第一次使用：{task.title}",
        "task": task,
        "step": step,
        "steps": range(1, len(guide.tasks) + 1),
        "tasks": guide.tasks,
        "is_last": step == len(guide.tasks),
        "following": step + 1,
        "page": reverse(task.url_name),
    }
    return render(request, "core/help/start.html", facts)


@require_POST
@roles(*EVERYONE)
def help_started(request: SignedIn) -> HttpResponse:
    """The guide is done with, to the end or not; it stays in the manual."""
    record_guided(user=request.user)
    return redirect("home")


def _sheets(role: str) -> list[tuple[Role, str]]:
    """The sheets this role may print."""
    mine = OFFICES | {Role.VILLAGE} if role == Role.COUNTY else {Role(role)}
    return [(one, one.label) for one in Role if one in mine and one in guides()]
