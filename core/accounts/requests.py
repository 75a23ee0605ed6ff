"""The request that a view behind `@roles` gets, for its annotations."""

from django.http import HttpRequest

from core.accounts.models import User


class SignedIn(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
