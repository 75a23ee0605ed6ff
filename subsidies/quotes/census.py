"""Counting the register by what decides a quote: two statements, however many people there are."""

import datetime
from collections import Counter, defaultdict

from django.db.models import Case, Count, DateField, F, Value, When
from django.db.models.functions import Substr

from core.regions.models import Region
from residents.people.models import Resident
from subsidies.quotes.simulation import Group
from subsidies.rosters.models import Identity


def count_people(county: Region, *, born_from: datetime.date) -> Counter[Group]:
    """Count the county's active residents by township, categories and, from `born_from` on, birth date."""
    young = Case(When(birth_date__gte=born_from, then=F("birth_date")), default=Value(None), output_field=DateField())
    active = Resident.objects.in_region(county.pk).filter(status=Resident.Status.ACTIVE).order_by()
    rows = active.annotate(township=Substr("village_id", 1, 9), born=young).values_list("township", "born")
    people: Counter[Group] = Counter()
    for township, born, count in rows.annotate(people=Count("pk")):
        people[Group(township, born, ())] += count
    live = Identity.objects.in_region(county.pk).filter(
        ended_on__isnull=True, withdrawn_at__isnull=True, resident__status=Resident.Status.ACTIVE
    )
    held: dict[int, list[str]] = defaultdict(list)
    place: dict[int, tuple[str, datetime.date | None]] = {}
    facts = live.order_by().values_list("resident_id", "kind", "resident__village_id", "resident__birth_date")
    for resident, kind, village, birth_date in facts.iterator(chunk_size=20_000):
        held[resident].append(kind)
        place[resident] = village[:9], birth_date if birth_date >= born_from else None
    for resident, kinds in held.items():
        township, born = place[resident]
        people[Group(township, born, ())] -= 1
        people[Group(township, born, tuple(sorted(set(kinds))))] += 1
    return +people
