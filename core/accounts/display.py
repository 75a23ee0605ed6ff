"""How an account is shown the product: in large type, and whether it was led through the first steps."""

from django.utils import timezone

from core.accounts.models import User


def set_large_type(*, user: User, on: bool) -> None:
    """Turn large type on or off for one's own account."""
    User.objects.filter(pk=user.pk).update(large_type=on)


def record_guided(*, user: User) -> None:
    """Remember that the person has seen the three things of the role."""
    User.objects.filter(pk=user.pk, guided_at=None).update(guided_at=timezone.now())
