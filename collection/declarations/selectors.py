"""What pages ask about declarations."""

from collection.declarations.models import DeclarationRow
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from subsidies.campaigns.models import Campaign


def failures(user: User, campaign: Campaign) -> ScopedQuerySet:
    """Refused rows of the user's region that nobody has declared again; ended payments are settled."""
    return DeclarationRow.objects.for_user(user).filter(
        declaration__campaign=campaign,
        result=DeclarationRow.Result.FAILURE,
        next__isnull=True,
        contribution__ended_at__isnull=True,
    )
