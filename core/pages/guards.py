"""What is refused before any page looks at it, and what every answer carries."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from core.database.failures import DISK_FULL, is_disk_full

#: An address with more behind its question mark comes from no page of ours.
LONGEST_QUERY = 8_192
#: What somebody who is not logged in may send: a name, a password and a token.
LARGEST_ANONYMOUS_BODY = 65_536
#: Characters that no database stores on both engines: NUL, and halves of a surrogate pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
#: In an address, other control characters and bytes that are no UTF-8 are nothing a person typed.
_ODD_IN_ADDRESS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd]")

#: A published page: its reader's browser keeps it and asks each time (core/pages/validated.py).
KEPT_BY_ITS_READER = "no-cache, private"

Respond = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answer /healthz whatever host it is asked for: load balancers and systemd ask 127.0.0.1."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health() if request.path == "/healthz" else self.get_response(request)


def health() -> HttpResponse:
    """200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


class CompressPagesMiddleware(GZipMiddleware):
    """Compress pages, and leave files as they are: workbooks and photos are compressed already.

    Django hides the length of what it compresses behind random bytes, so that nobody guesses a token from it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(("text/html", "application/json")):
            return response
        return super().process_response(request, response)


class NoStoreMiddleware:
    """No page, file or photo stays in a browser's or proxy's cache, but a published page of one reader
    (core/pages/validated.py). Static files are answered before this."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Cache-Control") != KEPT_BY_ITS_READER:
            response["Cache-Control"] = "no-store, private"
        return response


class RequestGuardMiddleware:
    """Answer 400 to what no page of ours sends, so that no view has to think of it; 413 to a large anonymous body."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            raise BadRequest("the query is too long")
        if _ODD_IN_ADDRESS.search(request.path) or _has(_ODD_IN_ADDRESS, request.GET):
            raise BadRequest("odd characters in the address")
        if _body_length(request) > LARGEST_ANONYMOUS_BODY and not request.user.is_authenticated:
            return HttpResponse("登录后才能上传文件。请先登录。", status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """The body is read only now, when the person is known and the token has been checked."""
        if request.method == "POST" and (
            _has(_UNSTORABLE, request.POST) or any(_UNSTORABLE.search(file.name or "") for file in _files(request))
        ):
            raise BadRequest("a character that cannot be stored")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_disk_full(error):
            return None
        return HttpResponse(DISK_FULL, status=507, content_type="text/plain; charset=utf-8")


def _has(pattern: re.Pattern[str], sent: QueryDict) -> bool:
    return any(pattern.search(text) for name, values in sent.lists() for text in (name, *values))


def _files(request: HttpRequest) -> "Iterable[UploadedFile[Any]]":
    return (file for _, files in request.FILES.lists() for file in files)


def _body_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0
