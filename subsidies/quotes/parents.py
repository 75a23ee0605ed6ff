"""Which children have an insured mother or father: on it rests the fee of the birth year (内乡 四（二）3).

Who is insured for a year is known to the apps above: they register in their `AppConfig.ready()`.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Protocol

from core.database.bulk import chunks
from residents.people.models import ParentLink, Resident
from subsidies.campaigns.models import Campaign
from subsidies.policy.policies import Policy

_asked: list["Asked"] = []


class Asked(Protocol):
    """A year and residents in; those insured for that year out."""

    def __call__(self, *, year: int, residents: Collection[int]) -> set[int]: ...


def on_asked(source: Asked) -> None:
    """Ask `source` too which people are insured for a year. Registering twice is registering once."""
    if source not in _asked:
        _asked.append(source)


def parents_decide(policy: Policy) -> bool:
    """Whether the county's fee of the birth year depends on the parents."""
    rule = policy.newborn.birth_year
    return rule is not None and rule.fee == "free_if_parent_insured"


def insured_parents(*, campaign: Campaign, births: Mapping[int, datetime.date]) -> dict[int, bool]:
    """Return child id → whether a registered parent is insured, for the children born in the campaign's year.

    `births`: birth dates by resident id. Children without a registered parent are left out: it is not known.
    """
    if not parents_decide(campaign.policy):
        return {}
    parents: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(pk for pk, born in births.items() if born.year == campaign.year):
        links = ParentLink.objects.filter(child__in=chunk, withdrawn_at__isnull=True).order_by("pk")
        for child, parent in links.values_list("child_id", "parent_id"):
            parents[child].append(parent)
    asked = {parent for both in parents.values() for parent in both}
    insured = insured_people(year=campaign.year, residents=asked) if asked else set()
    return {child: not insured.isdisjoint(both) for child, both in parents.items()}


def insured_people(*, year: int, residents: Collection[int]) -> set[int]:
    """Return who of these people is insured for the year: here, or as an employee (“参加我市基本医保”)."""
    found = {pk for source in _asked for pk in source(year=year, residents=residents)}
    for chunk in chunks(residents):
        employed = Resident.objects.filter(pk__in=chunk, status=Resident.Status.EMPLOYEE)
        found.update(employed.values_list("pk", flat=True))
    return found
