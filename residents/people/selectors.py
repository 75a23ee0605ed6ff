"""What every list that comes in asks about people: whose is this number, and who is like this one already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from core.accounts.models import User
from core.audit.models import Event
from core.database.bulk import BULK, chunks
from core.database.objects import read_objects
from residents.people.models import FormerNumber, Resident
from residents.people.names import match_key

#: The action of the event that such a list leaves (disclosure.py).
PROBE_ACTION = "disclosure.probe"
#: A record may have been merged into one that was merged later; nobody is merged more often than this.
_MERGES = 20


def resident_ids(numbers: Iterable[str]) -> dict[str, int]:
    """Number → id of the resident it belongs to: by their number, by a former one, or by a record merged into theirs.

    Who has the number now goes before who had it once. At most three statements for every 10,000 numbers, and one more
    for each time that records found so were merged again.
    """
    return _looked_up(numbers)[0]


def named_residents(numbers: Iterable[str]) -> tuple[dict[str, int], dict[int, tuple[str, str]]]:
    """As `resident_ids`, and id → (name, village) of those found; one more statement where somebody was not found by
    their own number of now."""
    ids, known = _looked_up(numbers)
    for chunk in chunks(set(ids.values()) - known.keys(), BULK):
        rows = Resident.objects.filter(pk__in=chunk).values_list("pk", "name", "village_id")
        known |= {pk: (name, village) for pk, name, village in rows}
    return ids, known


def _looked_up(numbers: Iterable[str]) -> tuple[dict[str, int], dict[int, tuple[str, str]]]:
    ids: dict[str, int] = {}
    known: dict[int, tuple[str, str]] = {}
    merged: dict[int, int] = {}
    for chunk in chunks(dict.fromkeys(numbers), BULK):
        rows = Resident.objects.filter(id_number__in=set(chunk))
        for number, pk, target, name, village in rows.values_list(
            "id_number", "pk", "merged_into_id", "name", "village_id"
        ):
            ids[number], known[pk] = pk, (name, village)
            if target:
                merged[pk] = target
        if missing := [number for number in chunk if number not in ids]:
            former = FormerNumber.objects.filter(id_number__in=missing, withdrawn_at__isnull=True)
            by_age = former.order_by("given_up_on", "pk")
            for number, pk, into in by_age.values_list("id_number", "resident_id", "resident__merged_into_id"):
                ids[number] = pk
                if into:
                    merged[pk] = into
    _follow_merges(merged)
    return {number: _end_of(pk, merged) for number, pk in ids.items()}, known


def find_by_number(numbers: Iterable[str], *, among: QuerySet[Resident] | None = None) -> dict[str, Resident]:
    """As `resident_ids`, with the residents themselves; only those in the queryset `among`, if one is given."""
    ids = resident_ids(numbers)
    rows = Resident.objects.select_related("village__parent") if among is None else among
    people: dict[int, Resident] = {}
    for chunk in chunks(set(ids.values()), BULK):
        people |= {resident.pk: resident for resident in read_objects(rows.filter(pk__in=set(chunk)))}
    return {number: people[pk] for number, pk in ids.items() if pk in people}


def _follow_merges(merged: dict[int, int]) -> None:
    """Add where the targets were merged to, until none was."""
    new = set(merged.values())
    for _ in range(_MERGES):
        if not new:
            return
        further: dict[int, int] = {}
        for chunk in chunks(new, BULK):
            rows = Resident.objects.filter(pk__in=chunk, merged_into__isnull=False)
            further |= dict(rows.values_list("pk", "merged_into_id"))
        merged |= further
        new = set(further.values()) - merged.keys()


def _end_of(pk: int, merged: dict[int, int]) -> int:
    for _ in range(_MERGES):
        if pk not in merged:
            break
        pk = merged[pk]
    return pk


def probes_for(user: User) -> QuerySet[Event]:
    """The events of lists that asked about many strangers, of the officer's county; of all if the officer has none."""
    rows = Event.objects.filter(action=PROBE_ACTION).order_by("-id")
    return rows.in_region(user.region_id) if user.region_id else rows


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody about to be registered: whether they are on the register already is to be asked."""

    id_number: str
    name: str
    birth_date: date
    village: str
    household: str


def find_namesakes(candidates: Collection[Candidate]) -> dict[str, list[Resident]]:
    """Number of a candidate → the residents of the same name, birthday and household, under another number.

    Twins have different names and are not found. Records without a household count as of the same one: they are
    compared within their village. One statement for every 2,000 candidates.
    """
    found: dict[str, list[Resident]] = {}
    for chunk in chunks(candidates):
        rows = Resident.objects.filter(
            name__in={c.name for c in chunk}, village__in={c.village for c in chunk}
        ).exclude(status=Resident.Status.MERGED)
        by_place: dict[tuple[str, date, str], list[Resident]] = {}
        for resident in rows.select_related("household"):
            key = (resident.village_id, resident.birth_date, match_key(resident.name))
            by_place.setdefault(key, []).append(resident)
        for one in chunk:
            alike = by_place.get((one.village, one.birth_date, match_key(one.name)), [])
            same = [r for r in alike if r.id_number != one.id_number and _may_be_one_household(r, one.household)]
            if same:
                found[one.id_number] = same
    return found


def _may_be_one_household(resident: Resident, number: str) -> bool:
    return not number or resident.household is None or resident.household.number == number
