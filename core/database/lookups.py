"""`IN` with a long list as one parameter.

Django prepares, checks and writes out every value of a list by itself, and the database reads each of them again: for
the people of a ledger that was a third of the time of booking them. A long list of whole numbers or of texts goes as
one array (PostgreSQL) or one JSON text (SQLite) instead; whatever else stands in a list is left to Django.

A number that no column of the field can hold equals nothing and is left out, as Django does for `=`: a database would
refuse the whole statement (thirty digits sent as the key of a row).
"""

import json
from collections.abc import KeysView
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    AutoField,
    BigAutoField,
    BigIntegerField,
    CharField,
    Field,
    ForeignObject,
    IntegerField,
    TextField,
)
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

#: Shorter lists stay as they are: a statement with values written out can be read by people.
MANY = 50
_TEXTS, _NUMBERS = (CharField, TextField), (IntegerField, AutoField)
_LONG = (BigIntegerField, BigAutoField)
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _plain_type(field: Any, values: Any) -> str:
    """PostgreSQL's type for many values that a column of this field keeps as they are, else ""."""
    if not isinstance(values, list | tuple | set | frozenset | dict | KeysView) or len(values) < MANY:
        return ""
    kinds = set(map(type, values))
    if kinds not in ({int}, {str}):
        return ""
    field = _target(field)
    if kinds == {str}:
        return "varchar" if isinstance(field, _TEXTS) else ""
    if not isinstance(field, _NUMBERS):
        return ""
    return "bigint" if isinstance(field, _LONG) else "integer"


def _target(field: Any) -> Any:
    """The field that holds the values: of a foreign key the one that it points to."""
    while getattr(field, "remote_field", None):
        field = field.target_field
    return field


def _without_overflow(field: Any, values: Any) -> Any:
    """These values but for whole numbers that the field's column cannot hold; what is no list stays what it is."""
    if not isinstance(values, list) or not isinstance(field, _NUMBERS):
        return values
    most = 2**63 if isinstance(field, _LONG) else 2**31
    return [value for value in values if not isinstance(value, int) or -most <= value < most]


def _array(values: list[int] | list[str]) -> str:
    """An array as PostgreSQL reads one; the driver would write out each value by itself."""
    if isinstance(values[0], int):
        return f"{{{','.join(map(str, values))}}}"
    texts = [str(value) for value in values]
    joined = "".join(texts)
    if '"' in joined or "\\" in joined:
        texts = [text.translate(_QUOTED) for text in texts]
    return '{"' + '","'.join(texts) + '"}'


class _OneParameter:
    """Mixed into Django's own lookups, before them."""

    lhs: Any
    rhs: Any
    column_type = ""

    def get_prep_lookup(self) -> Any:
        self.column_type = _plain_type(self.lhs.output_field, self.rhs)
        values = list(dict.fromkeys(self.rhs)) if self.column_type else super().get_prep_lookup()  # type: ignore[misc]
        return _without_overflow(_target(self.lhs.output_field), values)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        if not self.column_type or not self.rhs:
            return super().as_sql(compiler, connection)  # type: ignore[misc]
        column, params = self.process_lhs(compiler, connection)  # type: ignore[attr-defined]
        if connection.vendor == "postgresql":
            # Of the column's own type, else the planner may pass its index by.
            return f"{column} = ANY(%s::{self.column_type}[])", [*params, _array(self.rhs)]
        listed = json.dumps(self.rhs, ensure_ascii=False)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, listed]  # noqa: S608 - a column's name


class LongIn(_OneParameter, In):
    """`IN` of a plain field."""


class LongRelatedIn(_OneParameter, RelatedIn):
    """`IN` of a foreign key."""


def install() -> None:
    """Use them for every `__in`."""
    Field.register_lookup(LongIn)
    ForeignObject.register_lookup(LongRelatedIn)
