"""Employees' insurance on a resident's page: with whom, since when, until when."""

from core.accounts.models import User
from employees.members.models import Employment
from employees.months import in_words
from residents.people.models import Resident
from residents.people.story import Section


def employments(resident: Resident, user: User) -> Section | None:
    """The person's employments; nothing where there never was one."""
    rows = Employment.objects.filter(member__resident=resident).select_related("unit").order_by("-joined", "-pk")
    found = [
        (
            employment.unit.name if employment.unit else "灵活就业",
            in_words(employment.joined),
            in_words(employment.left) if employment.left else "在保",
        )
        for employment in rows
    ]
    return Section("职工医保", ("单位", "参保月份", "停保月份"), found) if found else None
