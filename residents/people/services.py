"""People and households that a list names and the register does not know yet, registered together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, CHUNK, chunks
from core.database.once import atomic_step, remembered
from core.regions.models import Region
from residents.people import id_numbers
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import Household, Resident
from residents.people.name_parts import learn_names


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone with a checked 18-digit number. `household` is the village's number for the household, or ''."""

    name: str
    id_number: str
    household: str = ""
    phone: str = ""
    is_head: bool = False


def lock_residents(ids: Iterable[int]) -> dict[int, str]:
    """Lock the rows of these residents until the transaction ends; return their status by id.

    Facts about a person (marks, status, village, name, number) and what is paid for them change under this lock alone.
    Take it before accounts, contributions and receipts, all people of a step in one call: then no two steps wait for
    each other in a circle.
    """
    wanted = set(ids)
    held: dict[int, str] | None = remembered("residents")
    if held is None:
        return _lock_residents(wanted)
    held |= _lock_residents(wanted - held.keys())
    return {pk: held[pk] for pk in wanted if pk in held}


def _lock_residents(ids: set[int]) -> dict[int, str]:
    statuses: dict[int, str] = {}
    for chunk in chunks(sorted(ids), BULK):
        rows = Resident.objects.select_for_update(no_key=True).filter(pk__in=set(chunk)).order_by("pk")
        statuses |= dict(rows.values_list("pk", "status"))
    return statuses


@atomic_step
def register_newcomers(
    *, village: Region, people: Iterable[Newcomer], on: date, actor: User | None, batch: str = ""
) -> dict[str, Resident]:
    """Registers them in the village and returns everybody asked for by number, also those registered meanwhile.

    A constant number of statements for every 2,000. The number's birth date and sex are taken; one event a person.
    """
    people = list({p.id_number: p for p in people}.values())
    households = _households(village, people)
    found: dict[str, Resident] = {}
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        numbers = [p.id_number for p in chunk]
        known = set(Resident.objects.filter(id_number__in=numbers).values_list("id_number", flat=True))
        # Another village may be registering the same person: whoever comes first has registered them.
        Resident.objects.bulk_create(
            [_resident(p, village, households, on) for p in chunk if p.id_number not in known], ignore_conflicts=True
        )
        learn_names(p.name for p in chunk if p.id_number not in known)
        rows = Resident.objects.filter(id_number__in=numbers).select_related("village", "household")
        found.update((resident.id_number, resident) for resident in rows)
        new = [found[n] for n in numbers if n not in known and found[n].village_id == village.code]
        audit.record_all(
            [
                audit.event(
                    "resident.register",
                    actor=actor,
                    obj=resident,
                    summary=f"随台账登记居民 {resident.name}（{masks.mask(resident.id_number)}）",
                    after={
                        "village": village.code,
                        "household": resident.household.number if resident.household else "",
                    },
                    batch=batch,
                )
                for resident in new
            ]
        )
        record_facts(
            [FactChange(resident.pk, FactKind.REGISTERED, None, village.code) for resident in new],
            actor=actor,
            batch=batch,
        )
    return found


def _households(village: Region, people: list[Newcomer]) -> dict[str, Household]:
    wanted = {p.household for p in people if p.household}
    if not wanted:
        return {}
    heads = {p.household: p.name for p in people if p.is_head}
    rows = Household.objects.filter(village=village, number__in=wanted)
    known = set(rows.values_list("number", flat=True))
    Household.objects.bulk_create(
        [Household(village=village, number=n, head_name=heads.get(n, "")) for n in sorted(wanted - known)],
        ignore_conflicts=True,
    )
    return {household.number: household for household in rows.all()}


def _resident(person: Newcomer, village: Region, households: dict[str, Household], on: date) -> Resident:
    born = id_numbers.birth_date(person.id_number)
    assert born is not None  # noqa: S101 - a ledger's row with a number that holds no birth date is refused
    return Resident(
        village=village,
        household=households.get(person.household),
        name=person.name,
        document_type=id_numbers.document_of(person.id_number).value,
        id_number=person.id_number,
        birth_date=born,
        sex=Resident.Sex.MALE if id_numbers.sex(person.id_number) == "男" else Resident.Sex.FEMALE,
        phone=person.phone,
        registered_on=on,
    )
