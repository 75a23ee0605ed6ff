"""What is registered of people's statuses."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from residents.people.models import Resident, StatusEntry
from residents.statuses.rules import RegisteredStatuses


def standings(residents: Iterable[Resident]) -> dict[int, RegisteredStatuses]:
    """Resident id → what the rules ask about them. One statement; callers bring chunks."""
    residents = list(residents)
    entries: dict[int, set[tuple[date, str]]] = defaultdict(set)
    rows = StatusEntry.objects.filter(resident__in={r.pk for r in residents}, withdrawn_at__isnull=True)
    for resident, since, status in rows.values_list("resident_id", "since", "status"):
        entries[resident].add((since, status))
    return {r.pk: RegisteredStatuses(r.birth_date, r.status, r.status_on, frozenset(entries[r.pk])) for r in residents}
