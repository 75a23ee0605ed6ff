"""Numbers that are searched for stay out of addresses, and so out of logs and the browser's history.

A search form posts to its own page with SEARCH_FIELD. What looks like a person's number is kept in the session for half
an hour, and the address carries a token in its place. A number that comes in an address all the same is answered
with the page under a token.
"""

import re
import secrets
import time
import unicodedata
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

#: The hidden field by which a form says that it is a search.
SEARCH_FIELD = "_search"
_KEY = "searches"
_SECONDS = 1800
_MOST = 40
_TOKEN = re.compile(r"~[\w-]{12}")
#: A number of a document has 15 or 18 digits; part of one that holds the birth date, or a telephone, has seven or more.
_NUMBER = re.compile(r"\d{13}")
_PART = re.compile(r"\d{7}")
#: Fields in which people search: a part of a number is one there. Elsewhere it is the code of a region.
_SEARCHES = {"q", "text", "number", "term"}
#: The search field of every page: whatever is typed there, a name too, stays out of the address.
FIND_FIELD = "find"


def is_private(name: str, value: str) -> bool:
    """Whether this value of an address would give away somebody's number."""
    if name == FIND_FIELD:
        return bool(value) and not _TOKEN.fullmatch(value)
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value))
    return bool((_PART if name in _SEARCHES else _NUMBER).search(digits))


def is_token(value: str) -> bool:
    return bool(_TOKEN.fullmatch(value))


def holds_number(sent: QueryDict) -> bool:
    return any(is_private(name, value) for name, values in sent.lists() for value in values)


def typed(request: HttpRequest) -> QueryDict:
    """request.GET as the person typed it, tokens read back. Links are made from request.GET, which keeps the tokens."""
    if not any(_TOKEN.fullmatch(value) for _, values in request.GET.lists() for value in values):
        return request.GET
    stored = request.session.get(_KEY, {})
    plain = request.GET.copy()
    for name, values in request.GET.lists():
        if any(_TOKEN.fullmatch(value) and value not in stored for value in values):
            messages.info(request, "查找的内容已过期，请重新输入。")
        plain.setlist(name, [stored[v][0] if v in stored else "" if _TOKEN.fullmatch(v) else v for v in values])
    return plain


class SearchTokenMiddleware:
    """Answer a search with its page under a token. Stands behind the checks of login and of the form's own token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        if request.method == "POST" and SEARCH_FIELD in request.POST:
            sent = request.POST.copy()
            for name in (SEARCH_FIELD, "csrfmiddlewaretoken"):
                sent.pop(name, None)
        elif request.method == "GET" and holds_number(request.GET):
            sent = request.GET.copy()
        else:
            return None
        return HttpResponseRedirect(f"{request.path}?{_with_tokens(request, sent).urlencode()}")


def _with_tokens(request: HttpRequest, sent: QueryDict) -> QueryDict:
    now = time.time()
    stored = {token: entry for token, entry in request.session.get(_KEY, {}).items() if now - entry[1] < _SECONDS}
    tokens = {text: token for token, (text, _) in stored.items()}
    for name, values in sent.lists():
        hidden = []
        for value in values:
            if is_private(name, value):
                value = tokens.setdefault(value[:200], f"~{secrets.token_urlsafe(9)}")
            hidden.append(value)
        sent.setlist(name, hidden)
    stored |= {token: stored.get(token, (text, now)) for text, token in tokens.items()}
    request.session[_KEY] = dict(list(stored.items())[-_MOST:])
    return sent
