"""What pages ask about declarations."""

from collection.declarations.models import DeclarationRow


def failures(user, campaign):
    """Refused rows of the user's region that nobody has declared again; ended payments are settled."""
    return DeclarationRow.objects.for_user(user).filter(
        declaration__campaign=campaign,
        result=DeclarationRow.Result.FAILURE,
        next__isnull=True,
        contribution__ended_at__isnull=True,
    )
