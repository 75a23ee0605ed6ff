"""What every page shows of the manual: the chapter that its question mark opens."""

from functools import cache

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.help.chapters import Chapter, chapter_for


def help_context(request: HttpRequest) -> dict[str, object]:
    user, match = getattr(request, "user", None), request.resolver_match
    if user is None or not user.is_authenticated or match is None:
        return {}
    if (match.view_name or "").startswith("help_"):
        return {}
    return {"help_link": _link_to(chapter_for(match.view_name or "", user.role))}


@cache
def _link_to(chapter: Chapter) -> SafeString:
    return render_to_string("components/help_link.html", {"chapter": chapter})
