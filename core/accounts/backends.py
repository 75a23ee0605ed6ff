from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core.accounts.models import User
from core.accounts.selectors import account_of


class AccountBackend(ModelBackend):
    """Django's own, but who is signed in comes with village, township and county in one statement: every page names
    them."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Whoever types a mobile number means the one account in use that has it. Wrong passwords are counted, and
        locked, by what was typed: so nobody learns whose number it is."""
        return super().authenticate(request, account_of(username) if username else username, password, **kwargs)

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("region__parent__parent").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
