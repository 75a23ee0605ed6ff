"""区医保局, 全区: what a district's or a city's pages call its offices and itself; the product's words are a county's.

The offices are named in sentences of every app. Only those words are changed, only on pages of users whose county is a
district or a city, never in the name of another county, and never what somebody has typed into a form. Documents take
their names from the county (`core/regions/names.py`).
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

#: What stays as it is: what was typed, and what a form sends.
_TYPED = r'<textarea.*?</textarea>|\b(?:value|content)="[^"]*"'
#: What may stand before an office in a sentence. After another character it is a county's name: 襄垣县医保局.
_BEFORE = "由请系按送诉联该等或和与要待在交报向到归经从给对是及"
_OFFICE = rf"(?:(?<![\u4e00-\u9fff])|(?<=[{_BEFORE}]))县(?=医保局|税务局|财政局|领导|级单位)"
_WORDS = re.compile(rf"({_TYPED})|(?<=[本全])县|{_OFFICE}", re.DOTALL)


def kind_of_county(code: str) -> str:
    """区, 市 or 县, by the last two digits of a county's code (GB/T 2260: 01–20 districts, 81–99 cities)."""
    number = int(code[4:6]) if code[4:6].isdecimal() else 21
    return "区" if number <= 20 else "市" if number >= 81 else "县"


def in_words_of(kind: str, page: str) -> str:
    """Return the page as a 区 or a 市 reads it."""
    return _WORDS.sub(lambda found: found[1] or kind, page)


class OfficeWordsMiddleware:
    """Say 区 or 市 for 县 on the pages of who works in a district or a city."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        user = request.user
        kind = kind_of_county(user.region_id or "") if user.is_authenticated else "县"
        is_page = response.get("Content-Type", "").startswith("text/html")
        if kind != "县" and is_page and isinstance(response, HttpResponse):
            response.content = in_words_of(kind, response.content.decode()).encode()
        return response
