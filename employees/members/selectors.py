"""What others ask about members."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.database.bulk import chunks
from employees.members.models import Employment, Member
from employees.months import in_words


def members_by_number(county: str, numbers: Iterable[str]) -> dict[str, Member]:
    """The county's members with these document numbers, by number; one statement for each 2,000."""
    found: dict[str, Member] = {}
    for chunk in chunks(sorted(set(numbers))):
        rows = Member.objects.filter(county_id=county, id_number__in=chunk)
        found |= {member.id_number: member for member in rows}
    return found


#: Employments that have not ended.
LIVE = Q(left__isnull=True)


def in_several_places(county: str) -> QuerySet[Member]:
    """Members with more than one employment now: two units, or a unit and as a flexible worker."""
    live = Employment.objects.filter(LIVE, member__county=county).order_by().values("member")
    several = live.annotate(places=Count("pk")).filter(places__gt=1).values("member")
    return Member.objects.filter(pk__in=several).order_by("name", "pk")


def live_employments(members: Iterable[int]) -> dict[int, list[Employment]]:
    """Member id → the employments that have not ended, the first one first; one statement for each 2,000."""
    found: dict[int, list[Employment]] = {}
    for chunk in chunks(sorted(set(members))):
        rows = Employment.objects.filter(LIVE, member__in=chunk).select_related("unit").order_by("joined", "pk")
        for employment in rows:
            found.setdefault(employment.member_id, []).append(employment)
    return found


def flexible_spans(members: Iterable[int]) -> dict[int, list[tuple[date, date | None]]]:
    """Member id → (first month, first month without) of each time they were insured as a flexible worker."""
    found: dict[int, list[tuple[date, date | None]]] = {}
    for chunk in chunks(sorted(set(members))):
        rows = Employment.objects.filter(member__in=chunk, unit__isnull=True).order_by("joined")
        for member, joined, left in rows.values_list("member_id", "joined", "left"):
            found.setdefault(member, []).append((joined, left))
    return found


def insured_as_employees(county: str, numbers: QuerySet[Any, Any]) -> dict[str, str]:
    """Number → with whom somebody is insured as an employee now, in a sentence; one statement."""
    live = Employment.objects.filter(member__county=county, member__id_number__in=numbers, left__isnull=True)
    rows = live.order_by("joined", "pk").values_list("member__id_number", "unit__name", "joined")
    return {
        number: f"职工医保在册：{f'由“{unit}”申报' if unit else '灵活就业'}，{in_words(joined)}起参保。"
        for number, unit, joined in rows
    }
