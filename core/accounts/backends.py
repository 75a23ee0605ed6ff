from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models.expressions import BaseExpression
from django.http import HttpRequest

from core.accounts.models import User
from core.accounts.selectors import account_of
from core.audit.changes import NEWEST, note_newest

_along: dict[str, BaseExpression] = {}


def bring_along(**expressions: BaseExpression) -> None:
    """Have each account that signs in a request carry these, by name: what nearly every page asks, over the account's
    own row."""
    _along.update(expressions)


class AccountBackend(ModelBackend):
    """Django's own, but who is signed in comes with village, township and county in one statement, for every page
    names them, and with what apps above have brought along."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Whoever types a mobile number means the one account in use that has it. Wrong passwords are counted, and
        locked, by what was typed: so nobody learns whose number it is."""
        return super().authenticate(request, account_of(username) if username else username, password, **kwargs)

    def get_user(self, user_id: int) -> User | None:
        accounts = User.objects.select_related("region__parent__parent").annotate(newest_change=NEWEST, **_along)
        if user := accounts.filter(pk=user_id).first():
            note_newest(user.newest_change)
        return user if user and self.user_can_authenticate(user) else None
