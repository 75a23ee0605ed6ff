"""The surface drawn once for those who see the same, until something is written or a minute has passed.

Every change to residents, money, rosters, accounts and publications leaves an event, so the newest event's number says
whether anything changed. Numbers are given before a transaction ends: two that end in the other order could hide a
change, for a minute at most, and the page says of which minute it is.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest

from config import clock
from core.audit.changes import newest_change


def drawn_once(request: HttpRequest, name: str, draw: Callable[[], str]) -> str:
    """The piece of HTML that `draw` makes. It may depend on the address, the reader's role and region, and the data."""
    user = request.user
    reader = f"{user.role}:{user.scope_prefix}" if user.is_authenticated else ""
    key = f"{name}:{request.path}:{request.GET.urlencode()}:{reader}:{newest_change()}:{clock.now():%m%d%H%M}"
    if len(key) > 240:  # nobody's own address: nothing of ours is that long
        return draw()
    found = cache.get(key)
    if found is None:
        found = draw()
        cache.set(key, found, timeout=60)
    return str(found)
