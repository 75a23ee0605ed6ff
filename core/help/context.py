"""What every page shows of the manual: the chapter that its question mark opens."""

from django.http import HttpRequest

from core.help.chapters import chapter_for


def help_context(request: HttpRequest) -> dict[str, object]:
    user, match = getattr(request, "user", None), request.resolver_match
    if user is None or not user.is_authenticated or match is None:
        return {}
    if (match.view_name or "").startswith("help_"):
        return {}
    return {"help_chapter": chapter_for(match.view_name or "", user.role)}
