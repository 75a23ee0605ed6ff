"""The year of a request: in its address, in the page it was sent from, in the session.

Several years are open at once, and two of them may stand in two tabs. So the year is part of the address wherever a
county has more than one campaign, and a form counts for the year of the page it stood on. A page about a row of
another year than its address says is asked for again with its own year.
"""

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import CampaignSelection

#: The admin reads every parameter as a filter; its lists name their campaigns themselves.
WITHOUT_YEAR = ("/admin/",)
SESSION_KEY = "campaign_year"


class CampaignYearMiddleware:
    """Give the user of a request the selection of campaigns that pages, menus and permissions go by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.county_code:
            return self.get_response(request)
        asked = _year(request.GET.get("year")) or _year_of_page(request)
        selection = CampaignSelection(user.county_code, asked or _year(request.session.get(SESSION_KEY)), user)
        user.campaign_selection = selection
        if asked and asked != request.session.get(SESSION_KEY) and selection.has(asked):
            request.session[SESSION_KEY] = asked
        if _is_page(request) and "year" not in request.GET and (chosen := _one_of_several(selection)):
            return redirect(with_year(request.get_full_path(), chosen.year))
        response = self.get_response(request)
        shown = getattr(request, "year_of_page", None)  # the header says it (templatetags/years.py)
        if not _is_page(request) or response.status_code != 200 or shown is None:
            return response
        if (chosen := _one_of_several(selection)) and shown != chosen.year:
            return redirect(with_year(request.get_full_path(), shown))
        return response


def _one_of_several(selection: CampaignSelection) -> Campaign | None:
    """The chosen campaign where the county has others too."""
    return selection.chosen if selection.several else None


def with_year(url: str, year: int) -> str:
    """Return the address with this year in its query."""
    path, _, query = url.partition("?")
    asked = QueryDict(query, mutable=True)
    asked["year"] = str(year)
    return f"{path}?{urlencode(list(asked.lists()), doseq=True)}"


def campaign_context(request: HttpRequest) -> dict[str, object]:
    """The campaigns of the reader's county and the one chosen, for the header."""
    selection = getattr(getattr(request, "user", None), "campaign_selection", None)
    return {"campaign_selection": selection}


def _year(text: object) -> int | None:
    text = str(text or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None


def _year_of_page(request: HttpRequest) -> int | None:
    """The year in the address of the page that a form or a link stood on."""
    page = urlsplit(request.headers.get("Referer", "")[:2000])
    if page.netloc != request.get_host():
        return None
    return _year(parse_qs(page.query).get("year", [""])[0])


def _is_page(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    return request.method == "GET" and "text/html" in accepts and not request.path.startswith(WITHOUT_YEAR)
