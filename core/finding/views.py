"""The page that answers the search field of every page."""

from django.http import HttpResponse
from django.shortcuts import render

from core.access.roles import EVERYONE, roles
from core.access.search_tokens import FIND_FIELD, typed
from core.accounts.requests import SignedIn
from core.finding.registry import find

LONGEST = 60


@roles(*EVERYONE)
def find_page(request: SignedIn) -> HttpResponse:
    """Answers in groups; what was typed is kept under a token and never stands in the address."""
    text = " ".join(typed(request).get(FIND_FIELD, "").split())[:LONGEST]
    groups = find(request.user, text) if text else []
    context = {
        "title": "查找",
        "text": text,
        "groups": [group for group in groups if group.hits],
        "searched": [group.searched for group in groups],
    }
    return render(request, "core/finding/find.html", context)
