"""INSERT … SELECT: rows of one table made from a query on others in a single statement, however many they are."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import AutoField, DateField, DateTimeField, DecimalField, Field, Model, QuerySet, UUIDField, Value
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone

T = TypeVar("T")
#: As many rows as one statement reads or writes: SQLite takes no more than some 32,000 parameters.
CHUNK = 2000


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`, so that a statement's parameters stay bounded."""
    items = list(items)
    for start in range(0, len(items), size):
        yield items[start : start + size]


def insert_from(model, columns: dict, queryset: QuerySet, *, pass_over_known: bool = False) -> int:
    """Makes one `model` row a row of `queryset`; returns how many.

    `columns` maps field names to expressions over the queryset, or to plain values. Fields left out get their
    default. With `pass_over_known`, rows that break a unique constraint are left out.
    """
    values = {**_defaults(model, columns), **columns}
    fields = [model._meta.get_field(name) for name in values]
    selected = [
        value if hasattr(value, "resolve_expression") else Value(value, output_field=_plain(field))
        for value, field in zip(values.values(), fields, strict=True)
    ]
    try:
        sql, params = queryset.order_by().values_list(*selected).query.sql_with_params()
    except EmptyResultSet:
        return 0
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    ending = " ON CONFLICT DO NOTHING" if pass_over_known else ""
    with connection.cursor() as cursor:
        # Table and columns come from the model, the query from Django's compiler, values go as parameters.
        cursor.execute(f"INSERT INTO {table} ({names}) {sql}{ending}", params)  # noqa: S608
        return cursor.rowcount


def _plain(field):
    return field.target_field if field.is_relation else field


def _defaults(model, columns) -> dict:
    """Constants for the fields that must not be empty: Django's defaults are unknown to the database."""
    found = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in columns:
            continue
        if field.default is not NOT_PROVIDED:
            found[field.name] = field.get_default()
        elif not field.null and field.empty_strings_allowed:
            found[field.name] = ""
    return found


def insert_rows(model, columns: list[str], rows: list[list]) -> int:
    """Makes a `model` row of each of `rows`, whose values are JSON's own (dates as ISO text), in a single statement.

    For staging tables that are filled by the ten thousand: no queries by batches, nothing comes back but the count.
    """
    defaults = _defaults(model, dict.fromkeys(columns))
    fields = [model._meta.get_field(name) for name in columns]
    names = ", ".join(connection.ops.quote_name(f.column) for f in [*fields, *map(model._meta.get_field, defaults)])
    selected = [_element(number, field) for number, field in enumerate(fields)] + ["%s"] * len(defaults)
    source = "json_each(%s)" if connection.vendor == "sqlite" else "jsonb_array_elements(%s::jsonb)"
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        # Everything put into the text comes from the model; the rows go as one parameter.
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(selected)} FROM {source} AS item",  # noqa: S608
            [*defaults.values(), json.dumps(rows, ensure_ascii=False)],
        )
        return cursor.rowcount


def insert_objects(objects: Iterable[Model]) -> int:
    """Saves new objects of one model, 5,000 a statement; returns how many. They do not learn their ids.

    Several times as fast as `bulk_create`, which prepares every value by itself: for what is written by the thousand
    in one go. Values must be valid: PostgreSQL cuts what is longer than its column.
    """
    objects = list(objects)
    if not objects:
        return 0
    model = type(objects[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    readers = [_reader(field) for field in fields]
    names, saved = [field.name for field in fields], 0
    for start in range(0, len(objects), 5000):
        saved += insert_rows(model, names, [[read(one) for read in readers] for one in objects[start : start + 5000]])
    return saved


def _reader(field: Field) -> Callable[[Model], object]:
    """How to take a field's value off an object as JSON, in the shape in which the database keeps it."""
    name = field.attname
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        moment = _instant(timezone.now())
        return lambda one: moment
    if isinstance(field, DateTimeField):
        return lambda one: _instant(getattr(one, name))
    if isinstance(field, DateField | DecimalField):
        return lambda one: None if (value := getattr(one, name)) is None else str(value)
    if isinstance(_plain(field), UUIDField):
        return lambda one: None if (value := getattr(one, name)) is None else _uuid(value)
    return attrgetter(name)


@lru_cache(maxsize=4096)
def _instant(moment: datetime | None) -> str | None:
    """SQLite compares instants as text, so they must be written as Django writes them."""
    return None if moment is None else str(connection.ops.adapt_datetimefield_value(moment))


def _uuid(value: UUID) -> str:
    return value.hex if connection.vendor == "sqlite" else str(value)


def take_stock(model) -> None:
    """Tells PostgreSQL how much was just put into a table: plans for a table it thinks empty can take for ever."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _element(number: int, field) -> str:
    if connection.vendor == "sqlite":
        return f"json_extract(item.value, '$[{number}]')"
    return f"(item.value ->> {number})::{_plain(field).rel_db_type(connection)}"
