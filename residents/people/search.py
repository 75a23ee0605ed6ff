"""Finding a resident among half a million: what was typed decides how it is looked for, always along an index.

| typed | looked for |
| --- | --- |
| 18 characters, or a certificate such as W123456789 | exactly that number |
| fewer digits, four or more | numbers that begin so |
| anything else | exactly that name; if there is none, names that begin so |
"""

import re

from core.access.scope import ScopedQuerySet, successor
from residents.people import id_numbers

_DIGITS = re.compile(r"\d{4,17}")
_CERTIFICATE = re.compile(r"[A-Z]{1,3}\d{6,14}")


def find_residents(rows: ScopedQuerySet, text: str) -> ScopedQuerySet:
    """The rows of a Resident queryset that `text` means; all of them for an empty text, none for a hopeless one."""
    text = text.strip()
    if not text:
        return rows
    number = id_numbers.normalise(text)
    if len(number) == 18 and number[:17].isdecimal() or _CERTIFICATE.fullmatch(number):
        return rows.filter(id_number=number)
    if _DIGITS.fullmatch(number):
        return rows.filter(id_number__gte=number, id_number__lt=successor(number))
    if number.isdecimal():
        return rows.none()
    named = rows.filter(name=text)
    return named if named.exists() else rows.filter(name__gte=text, name__lt=text + "\U0010ffff")


def found_in_order(rows: ScopedQuerySet, text: str) -> ScopedQuerySet:
    """`find_residents` in the order of the index that finds them: the first page is read, and not all to be sorted."""
    found, number = find_residents(rows, text), id_numbers.normalise(text)
    if not text.strip():
        return found.order_by("village_id", "household_id", "id")
    return found.order_by("id_number", "id") if number[:4].isdecimal() else found.order_by("name", "village_id", "id")
