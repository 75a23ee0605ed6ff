"""A page that a browser may keep, asking each time whether it would still be drawn the same (RFC 9110, 13.1.2).

Only for what is published and names nobody: whoever signs in next at the same browser is asked to sign in first.
"""

import hashlib
from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from config import clock
from core.pages.guards import KEPT_BY_ITS_READER


def unless_unchanged(request: HttpRequest, facts: object, draw: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer 304 to who holds this page already, else what `draw` makes, with the mark by which it is known again.

    `facts` are what the view shows. The rest is what every page carries: the reader, the session with its token, the
    year, and the minute of the clock in the header. A page that has a message to tell is drawn and not kept.
    """
    if len(get_messages(request)):
        return draw()
    get_token(request)  # as drawing does: from now on the secret is known, on a first visit too
    user = request.user
    selection = getattr(user, "campaign_selection", None)
    frame = (
        request.get_full_path(),
        request.session.session_key,
        request.META["CSRF_COOKIE"],
        (user.pk, user.name, user.role, user.region_id, user.department, user.large_type)
        if user.is_authenticated
        else None,
        [campaign.year for campaign in selection.campaigns] if selection else None,
        f"{clock.now():%Y%m%d%H%M}",
    )
    mark = quote_etag(hashlib.sha256(repr((facts, frame)).encode()).hexdigest()[:32])
    answer: HttpResponse = get_conditional_response(request, etag=mark) or draw()
    if answer.status_code in (200, 304):
        answer["ETag"], answer["Cache-Control"] = mark, KEPT_BY_ITS_READER
    return answer
