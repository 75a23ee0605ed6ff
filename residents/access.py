"""Access: which roles open which page. Every view declares it; tests/test_every_url.py refuses one that does not."""

from functools import wraps

from django.core.exceptions import PermissionDenied

from residents.models import OFFICERS, Role

#: Every role that works on business data.
BUSINESS = frozenset(Role) - OFFICERS
EVERYONE = frozenset(Role)


def roles(*allowed):
    """Opens a view to these roles; others get the 403 page. Sets `view.roles`, which menus and tests read."""
    allowed = frozenset(Role(role) for role in allowed)

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.user.role not in allowed:
                raise PermissionDenied("您的角色不能打开这个页面。")
            return view(request, *args, **kwargs)

        guarded.roles = allowed
        return guarded

    return decorate
