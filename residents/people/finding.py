"""Finding people by whatever is remembered of them: any part of the name, its pinyin or initials, the number or its
last four characters, the telephone. Always along an index, for half a million people on either engine.

A part of a name is looked for among the distinct names first (NamePart), then those names among the people. Where a
part is so common that very many names have it, people of the region are looked through instead: enough of them match.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Right
from django.urls import reverse

from core.access import masks
from core.access.scope import ScopedQuerySet, successor
from core.accounts.models import User
from core.finding.registry import MOST, Group, Hit
from residents.people import id_numbers
from residents.people.models import NamePart, Resident
from residents.people.pinyin import parts, typed_part
from residents.people.selectors import resident_ids

#: A part that more distinct names have than this is common: its people are met soon by looking through the region.
COMMON = 2_000
#: How many names are asked for at once, growing; and how many people are looked through for a common part.
_STEPS = (10, 200, COMMON)
_LOOKED_THROUGH = (1_000, 10_000, 60_000)
_SHOWN = ("pk", "name", "id_number", "status", "village__name", "village__parent__name", "household__number")
_TAIL = re.compile(r"\d{3}[\dX]")
_PHONE = re.compile(r"1\d{10}")
_DIGITS = re.compile(r"\d{5,17}")


def find_people(user: User, text: str) -> Group:
    """People of the user's region."""
    rows = Resident.objects.for_user(user).exclude(status=Resident.Status.MERGED)
    people = _people(rows, text)
    hits = [_hit(person) for person in people[:MOST]]
    return Group("居民", "居民的姓名、拼音、证件号码、后四位和电话", hits, len(people) > MOST)


def _people(rows: ScopedQuerySet, text: str) -> list[dict[str, Any]]:
    number = id_numbers.normalise(text)
    if any(character.isdecimal() for character in number):
        found = list(_by_number(rows, number).values(*_SHOWN)[: MOST + 1])
    else:
        found = _by_name(rows, text)
    return sorted(found, key=lambda person: (person["name"], person["village__name"], person["pk"]))


def _by_number(rows: ScopedQuerySet, number: str) -> ScopedQuerySet:
    if _TAIL.fullmatch(number):
        tails: ScopedQuerySet = rows.annotate(tail=Right("id_number", 4)).filter(tail=number)
        return tails
    if _PHONE.fullmatch(number):
        return rows.filter(phone=number)
    if _DIGITS.fullmatch(number):
        return rows.filter(id_number__gte=number, id_number__lt=successor(number))
    return rows.filter(pk__in=list(resident_ids([number]).values())) if len(number) > len("1234") else rows.none()


def _by_name(rows: ScopedQuerySet, text: str) -> list[dict[str, Any]]:
    part = typed_part(text)
    if not part:
        return []
    names = names_with(part)
    if len(names) > COMMON:
        return list(_looked_through(rows, text, part))
    found: list[dict[str, Any]] = []
    for begin, end in zip((0, *_STEPS), _STEPS, strict=False):
        if names[begin:end]:
            found += rows.filter(name__in=names[begin:end]).values(*_SHOWN)[: MOST + 1 - len(found)]
        if len(found) > MOST:
            break
    return found


def names_with(part: str) -> list[str]:
    """The distinct names that have this part, at most one more than COMMON; names that are the part come first."""
    known = NamePart.objects.filter(part__gte=part, part__lt=part + "\U0010ffff").order_by("part", "name")
    return list(dict.fromkeys(known.values_list("name", flat=True)[: COMMON + 1]))


def _looked_through(rows: ScopedQuerySet, text: str, part: str) -> Iterator[dict[str, Any]]:
    """The first people of the region whose name has a common part."""
    found, begin = 0, 0
    for end in _LOOKED_THROUGH:
        for person in rows.order_by("village_id", "household_id", "pk").values(*_SHOWN)[begin:end]:
            if any(known.startswith(part) for known in parts(person["name"])):
                yield person
                found += 1
                if found > MOST:
                    return
        begin = end


def _hit(person: dict[str, Any]) -> Hit:
    place = f"{person['village__parent__name']}{person['village__name']}"
    household = f"，{person['household__number']}户" if person["household__number"] else ""
    status = "" if person["status"] == Resident.Status.ACTIVE else f"，{Resident.Status(person['status']).label}"
    note = f"{masks.mask(person['id_number'])}，{place}{household}{status}"
    return Hit(person["name"], note, reverse("resident_story", args=[person["pk"]]))
