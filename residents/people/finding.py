"""Finding people by whatever is remembered of them: any part of the name, its pinyin or initials, the number or its
last four characters, the telephone. Always along an index, for half a million people on either engine.

A part of a name is looked for among the distinct names first (NamePart), then those names among the people. Where a
part is so common that very many names have it, people of the region are looked through instead: enough of them match.
"""

import re
from typing import Any

from django.db.models import CharField, Func
from django.urls import reverse

from core.access import masks
from core.access.scope import ScopedQuerySet, successor
from core.accounts.models import User
from core.finding.registry import MOST, FoundGroup, Hit
from core.regions.names import called
from residents.people import id_numbers
from residents.people.models import NamePart, Resident
from residents.people.pinyin import parts, typed_part
from residents.people.selectors import resident_ids

#: Of more distinct names than this with one part not all are asked for: looking through the region meets enough people.
COMMON = 2_000
#: How many names are asked for at once: most searches are answered by the first.
_FIRST_NAMES = 200
#: How many people of the region are looked through, growing; the last is the end of it.
_LOOKED_THROUGH = (300, 3_000, 20_000, 60_000)
_SHOWN = ("pk", "name", "id_number", "status", "village__name", "village__parent__name", "household__number")
_TAIL = re.compile(r"\d{3}[\dX]")
_PHONE = re.compile(r"1\d{10}")
_DIGITS = re.compile(r"\d{5,17}")


class _Tail(Func):
    """The last four characters, written as the index `resident_tail` has it: SQLite does not know an expression again
    whose numbers are parameters."""

    template = "RIGHT(%(expressions)s, 4)"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="SUBSTR(%(expressions)s, (4 * -1), 4)", **context)


def find_people(user: User, text: str) -> FoundGroup:
    """People of the user's region."""
    rows = Resident.objects.for_user(user).exclude(status=Resident.Status.MERGED)
    people = _people(rows, text, user.scope_prefix)
    address = reverse("resident_list")  # once: working out twenty addresses takes longer than finding the people
    hits = [_hit(person, f"{address}{person['pk']}/") for person in people[:MOST]]
    return FoundGroup("居民", "居民的姓名、拼音、证件号码、后四位和电话", hits, len(people) > MOST)


def _people(rows: ScopedQuerySet, text: str, region: str) -> list[dict[str, Any]]:
    number = id_numbers.normalise(text)
    if any(character.isdecimal() for character in number):
        found = list(_by_number(rows, number).values(*_SHOWN)[: MOST + 1])
    else:
        found = _by_name(rows, text, region)
    return sorted(found, key=lambda person: (person["name"], person["village__name"], person["pk"]))


def _by_number(rows: ScopedQuerySet, number: str) -> ScopedQuerySet:
    if _TAIL.fullmatch(number):
        tails: ScopedQuerySet = rows.annotate(tail=_Tail("id_number")).filter(tail=number)
        return tails
    if _PHONE.fullmatch(number):
        return rows.filter(phone=number)
    if _DIGITS.fullmatch(number):
        return rows.filter(id_number__gte=number, id_number__lt=successor(number))
    return rows.filter(pk__in=list(resident_ids([number]).values())) if len(number) > len("1234") else rows.none()


def _by_name(rows: ScopedQuerySet, text: str, region: str) -> list[dict[str, Any]]:
    """The people with a part in their name: by the names that have it, or by looking through a region where so many
    have it that its first people are enough."""
    part = typed_part(text)
    if not part:
        return []
    names, all_of_them = names_with(part, _FIRST_NAMES)
    if all_of_them or len(region) < len("411325100001"):
        found = _with_names(rows, names)
        if len(found) > MOST or all_of_them:
            return found
        names, all_of_them = names_with(part, COMMON)
        if all_of_them:
            return _with_names(rows, names)
    return list(rows.filter(pk__in=_looked_through(rows, part)).values(*_SHOWN))


def _with_names(rows: ScopedQuerySet, names: list[str]) -> list[dict[str, Any]]:
    return list(rows.filter(name__in=names).values(*_SHOWN)[: MOST + 1]) if names else []


def names_with(part: str, most: int) -> tuple[list[str], bool]:
    """Distinct names that have this part, those that are the part first, and whether these are all of them."""
    known = NamePart.objects.filter(part__gte=part, part__lt=part + "\U0010ffff").order_by("part", "name")
    names = list(known.values_list("name", flat=True)[: most + 1])
    return list(dict.fromkeys(names[:most])), len(names) <= most


def _looked_through(rows: ScopedQuerySet, part: str) -> list[int]:
    """The first people of the region whose name has a common part."""
    found: list[int] = []
    people = rows.order_by("village_id", "household_id", "pk").values_list("pk", "name")
    for begin, end in zip((0, *_LOOKED_THROUGH), _LOOKED_THROUGH, strict=False):
        looked_at = list(people[begin:end])
        found += [pk for pk, name in looked_at if any(known.startswith(part) for known in parts(name))]
        if len(found) > MOST or len(looked_at) < end - begin:
            break
    return found[: MOST + 1]


def _hit(person: dict[str, Any], url: str) -> Hit:
    place = f"{person['village__parent__name']}{called(person['village__name'])}"
    household = f"，{person['household__number']}户" if person["household__number"] else ""
    status = "" if person["status"] == Resident.Status.ACTIVE else f"，{Resident.Status(person['status']).label}"
    note = f"{masks.mask(person['id_number'])}，{place}{household}{status}"
    return Hit(person["name"], note, url)
