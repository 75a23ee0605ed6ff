from django.contrib.auth.backends import ModelBackend

from core.accounts.models import User


class AccountBackend(ModelBackend):
    """Django's own, but who is signed in comes with village, township and county in one statement: every page names
    them."""

    def get_user(self, user_id):
        user = User.objects.select_related("region__parent__parent").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
