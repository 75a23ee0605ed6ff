"""What others ask about members."""

from collections.abc import Iterable

from core.database.bulk import chunks
from employees.members.models import Member


def members_by_number(county: str, numbers: Iterable[str]) -> dict[str, Member]:
    """The county's members with these document numbers, by number; one statement for each 2,000."""
    found: dict[str, Member] = {}
    for chunk in chunks(sorted(set(numbers))):
        rows = Member.objects.filter(county_id=county, id_number__in=chunk)
        found |= {member.id_number: member for member in rows}
    return found
