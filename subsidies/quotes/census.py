"""Counting the register by what decides a quote: two statements, however many people there are."""

import datetime
from collections import Counter

from django.db import connection

from core.access.scope import successor
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.quotes.simulation import PeopleAlike
from subsidies.rosters.models import Identity

# The categories of a person are the bits of one number, each once (one_live_identity_a_kind): the database hands out
# groups, not people.
_GROUPS = """
    SELECT SUBSTR(r.village_id, 1, 9), CASE WHEN r.birth_date >= %(born_from)s THEN r.birth_date END,
        COALESCE(i.kinds, 0), COUNT(*)
    FROM {residents} r
    LEFT JOIN (
        SELECT resident_id, SUM(CASE kind {bits} ELSE 0 END) AS kinds FROM {identities}
        WHERE ended_on IS NULL AND withdrawn_at IS NULL GROUP BY resident_id
    ) i ON i.resident_id = r.id
    WHERE r.status = %(active)s AND r.village_id >= %(county)s AND r.village_id < %(after)s
    GROUP BY 1, 2, 3
"""


def count_people(county: Region, *, born_from: datetime.date) -> Counter[PeopleAlike]:
    """Count the county's active residents by township, categories and, from `born_from` on, birth date."""
    live = Identity.objects.in_region(county.pk).filter(ended_on__isnull=True, withdrawn_at__isnull=True)
    kinds = sorted(live.order_by().values_list("kind", flat=True).distinct())
    quote_name = connection.ops.quote_name
    statement = _GROUPS.format(
        residents=quote_name(Resident._meta.db_table),
        identities=quote_name(Identity._meta.db_table),
        bits=" ".join(f"WHEN %(kind{n})s THEN {1 << n}" for n in range(len(kinds))) or "WHEN '' THEN 0",
    )
    asked = {
        "born_from": connection.ops.adapt_datefield_value(born_from),
        "active": Resident.Status.ACTIVE.value,
        "county": county.pk,
        "after": successor(county.pk),
        **{f"kind{n}": kind for n, kind in enumerate(kinds)},
    }
    people: Counter[PeopleAlike] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        for township, born, bits, count in cursor:
            held = tuple(kind for n, kind in enumerate(kinds) if int(bits) >> n & 1)
            people[PeopleAlike(township, _day(born), held)] += count
    return people


def _day(value: datetime.date | str | None) -> datetime.date | None:
    """SQLite hands out days as text."""
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value
