"""Finding a resident among half a million: what was typed decides how it is looked for, always along an index.

| typed | looked for |
| --- | --- |
| 18 characters, or a certificate such as W123456789 | exactly that number |
| fewer digits, four or more | numbers that begin so |
| anything else | exactly that name; if there is none, names that begin so |
"""

import re

from django.db import connection

from residents import identity
from residents.scope import successor

_DIGITS = re.compile(r"\d{4,17}")
_CERTIFICATE = re.compile(r"[A-Z]{1,3}\d{6,14}")


def find_residents(rows, text: str):
    """The rows of a Resident queryset that `text` means; all of them for an empty text, none for a hopeless one."""
    text = text.strip()
    if not text:
        return rows
    number = identity.normalise(text)
    if len(number) == 18 and number[:17].isdigit() or _CERTIFICATE.fullmatch(number):
        return rows.filter(id_number=number)
    if _DIGITS.fullmatch(number):
        return rows.filter(id_number__gte=number, id_number__lt=successor(number))
    if number.isdigit():
        return rows.none()
    named = rows.filter(name=text)
    return named if named.exists() else rows.filter(**_name_begins(text))


def _name_begins(text: str) -> dict:
    """SQLite's index serves a range of strings; PostgreSQL's pattern index serves LIKE in any collation."""
    if connection.vendor == "postgresql":
        return {"name__startswith": text}
    return {"name__gte": text, "name__lt": text + "\U0010ffff"}


def add_name_pattern_index(apps, schema_editor):
    """For a migration: the index that serves "names that begin so" on PostgreSQL."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX IF NOT EXISTS resident_name_pattern ON residents_resident (name varchar_pattern_ops)"
        )


def drop_name_pattern_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS resident_name_pattern")
