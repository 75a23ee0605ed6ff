"""What pages ask about units."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from core.accounts.models import User
from core.database.bulk import chunks
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


def units_by_code(county: str, codes: Iterable[str]) -> dict[str, Unit]:
    """The county's units with these credit codes, by code; one statement for each 2,000."""
    found: dict[str, Unit] = {}
    for chunk in chunks(sorted(set(codes))):
        found |= {unit.credit_code: unit for unit in Unit.objects.filter(county=county, credit_code__in=chunk)}
    return found
