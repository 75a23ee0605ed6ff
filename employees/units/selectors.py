"""What pages ask about units."""

from django.db.models import Count, Q, QuerySet

from core.accounts.models import User
from employees.units.models import Unit


def units_for(user: User, *, q: str = "", township: str = "", kind: str = "", ended: bool = False) -> QuerySet[Unit]:
    """The units this user may see, with how many people each insures now; filtered by the page's own fields."""
    rows = Unit.objects.for_user(user).select_related("township")
    if q:
        rows = rows.filter(Q(name__contains=q) | Q(credit_code__startswith=q.upper()))
    if township:
        rows = rows.filter(township=township)
    if kind:
        rows = rows.filter(kind=kind)
    if not ended:
        rows = rows.filter(ended_on__isnull=True)
    return rows.annotate(people=Count("employments", filter=Q(employments__left__isnull=True)))
