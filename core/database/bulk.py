"""Write many rows in few statements: from a query, from values as one parameter or by COPY, from objects."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    AutoField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    JSONField,
    Model,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.fields import NOT_PROVIDED
from django.db.models.fields.related import RelatedField
from django.utils import timezone

T = TypeVar("T")
#: As many rows as one statement reads or writes: SQLite takes no more than some 32,000 parameters.
CHUNK = 2000
#: The same for lists of the whole county that only their identifiers go into: a list of 60,000 is six rounds.
BULK = 10_000
#: Rows that go into one statement as a single JSON parameter.
ROWS_A_STATEMENT = 5000
#: What is sent to COPY at once: the server reads the one while the next is written out.
ROWS_A_PIECE = 2000
#: How COPY reads a value that is none, and the characters that mean something to it.
_NULL = "\\N"
_MARKS = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_MARKED = str.maketrans(_MARKS)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`, so that a statement's parameters stay bounded."""
    items = list(items)
    for start in range(0, len(items), size):
        yield items[start : start + size]


def id_chunks(ids: Iterable[int] | QuerySet[Any, Any]) -> Iterator[list[int] | QuerySet[Any, Any]]:
    """Yield ids in lists of at most CHUNK, or, where they are a query, that query: it needs no parameters."""
    if isinstance(ids, QuerySet):
        yield ids
    else:
        yield from chunks(ids)


def rows_a_transaction() -> int:
    """How many rows of a long list are written together: on SQLite other writers wait until they are."""
    return CHUNK if connection.vendor == "sqlite" else BULK


def insert_from(
    model: type[Model], columns: dict[str, object], queryset: QuerySet[Any, Any], *, ignore_conflicts: bool = False
) -> int:
    """Insert one `model` row for each row of `queryset`; return how many.

    `columns` maps field names to expressions over the queryset, or to plain values. Fields left out get their
    default. With `ignore_conflicts`, skip rows that break a unique constraint.
    """
    values = {**_defaults(model, columns), **columns}
    fields = fields_of(model, values)
    selected: list[Any] = [
        value if hasattr(value, "resolve_expression") else Value(value, output_field=_plain(field))
        for value, field in zip(values.values(), fields, strict=True)
    ]
    try:
        sql, params = queryset.order_by().values_list(*selected).query.sql_with_params()
    except EmptyResultSet:
        return 0
    names = ", ".join(map(quoted_column, fields))
    table = quoted_table(model)
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        # Table and columns come from the model, the query from Django's compiler, values go as parameters.
        cursor.execute(f"INSERT INTO {table} ({names}) {sql}{ending}", params)  # noqa: S608
        return int(cursor.rowcount)


def fields_of(model: type[Model], names: Iterable[str]) -> "list[Field[Any, Any]]":
    """Return the fields of these names, each a column of the model's own table."""
    fields = []
    for name in names:
        field = model._meta.get_field(name)
        assert isinstance(field, Field)  # noqa: S101 - no relation of another model to this one is written here
        fields.append(field)
    return fields


def quoted_table(model: type[Model]) -> str:
    """Return the model's table as it stands in a statement."""
    return connection.ops.quote_name(model._meta.db_table)


def quoted_column(field: "Field[Any, Any]") -> str:
    """Return the field's column as it stands in a statement."""
    assert field.column is not None  # noqa: S101 - only relations of many to many have none
    return connection.ops.quote_name(field.column)


def _plain(field: "Field[Any, Any]") -> "Field[Any, Any]":
    return field.target_field if isinstance(field, RelatedField) else field


def _defaults(model: type[Model], columns: Iterable[str]) -> dict[str, Any]:
    """Return constants for the fields that must not be empty: Django's defaults are unknown to the database."""
    constants: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in columns:
            continue
        if field.default is not NOT_PROVIDED:
            constants[field.name] = field.get_default()
        elif not field.null and field.empty_strings_allowed:
            constants[field.name] = ""
    return constants


def insert_rows(model: type[Model], columns: list[str], rows: Sequence[Sequence[object]]) -> int:
    """Insert a `model` row for each of `rows` (JSON values, dates as ISO text) in a single statement; return the count.

    For staging tables that are filled by the ten thousand.
    """
    defaults = _defaults(model, dict.fromkeys(columns))
    fields = fields_of(model, columns)
    names = ", ".join(map(quoted_column, [*fields, *fields_of(model, defaults)]))
    selected = [_element(number, field) for number, field in enumerate(fields)] + ["%s"] * len(defaults)
    source = "json_each(%s)" if connection.vendor == "sqlite" else "jsonb_array_elements(%s::jsonb)"
    table = quoted_table(model)
    with connection.cursor() as cursor:
        # Everything put into the text comes from the model; the rows go as one parameter.
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(selected)} FROM {source} AS item",  # noqa: S608
            [*defaults.values(), json.dumps(rows, ensure_ascii=False)],
        )
        return int(cursor.rowcount)


def update_rows(model: type[Model], columns: list[str], rows: Sequence[Sequence[object]]) -> int:
    """Update `model` rows, each from its own values, in a single statement; return the count.

    `rows` are JSON values as for `insert_rows`, each with the primary key before the columns.
    """
    fields = fields_of(model, columns)
    table, key = quoted_table(model), quoted_column(model._meta.pk)
    assigned = ", ".join(f"{quoted_column(field)} = {_element(at, field)}" for at, field in enumerate(fields, 1))
    source = "json_each(%s)" if connection.vendor == "sqlite" else "jsonb_array_elements(%s::jsonb)"
    with connection.cursor() as cursor:
        # Everything put into the text comes from the model; the rows go as one parameter.
        cursor.execute(
            f"UPDATE {table} SET {assigned} FROM {source} AS item "  # noqa: S608
            f"WHERE {table}.{key} = {_element(0, model._meta.pk)}",
            [json.dumps(rows, ensure_ascii=False)],
        )
        return int(cursor.rowcount)


def insert_with_ids(objects: Iterable[Model]) -> int:
    """Insert new objects of one model as `insert_objects` does, and set their primary keys, which count up by one.

    The keys are taken beforehand: on PostgreSQL from the table's sequence; on SQLite the transaction holds the one
    write lock, so that the highest key given out so far stays it.
    """
    objects = list(objects)
    if not objects:
        return 0
    model = type(objects[0])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Named in FROM, the sequence is looked up once and not for each key, which costs ten times as much.
            sequence = "CAST(pg_get_serial_sequence(%s, %s) AS regclass) AS sequence"
            cursor.execute(
                f"SELECT nextval(sequence) FROM {sequence}, generate_series(1, %s)",  # noqa: S608
                [quoted_table(model), model._meta.pk.column, len(objects)],
            )
            keys: Iterable[int] = [key for (key,) in cursor.fetchall()]
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            last = (cursor.fetchone() or (0,))[0]
            keys = range(last + 1, last + 1 + len(objects))
    name = model._meta.pk.attname
    for instance, key in zip(objects, keys, strict=True):
        vars(instance)[name] = key
    saved = insert_objects(objects, with_ids=True)
    for instance in objects:
        instance._state.adding, instance._state.db = False, connection.alias
    return saved


def insert_objects(objects: Iterable[Model], *, with_ids: bool = False) -> int:
    """Insert new objects of one model; return the count. Primary keys are not set on the objects.

    Several times as fast as `bulk_create`, which prepares every value by itself. Values must be valid. `with_ids`: the
    objects have their keys already.
    """
    objects = list(objects)
    if not objects:
        return 0
    model = type(objects[0])
    fields = [field for field in model._meta.concrete_fields if with_ids or not isinstance(field, AutoField)]
    read = itemgetter(*(field.attname for field in fields))
    rows = [read(vars(instance)) for instance in objects]  # not through the model's descriptors
    moment = timezone.now()
    stamped = [at for at, field in enumerate(fields) if _is_stamp(field)]
    for at in stamped:
        rows = [(*row[:at], moment, *row[at + 1 :]) for row in rows]
    return insert_values(model, [field.name for field in fields], rows)


def insert_values(model: type[Model], names: list[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert a `model` row for each tuple of values in the order of `names`; return the count.

    Values are those that an object of the model would have, of relations the keys; they must be valid. COPY on
    PostgreSQL, which takes some third of the time of an INSERT there.
    """
    if not rows:
        return 0
    fields = fields_of(model, names)
    if connection.vendor == "postgresql":
        defaults = _defaults(model, names)
        columns = list(zip(*rows, strict=True)) + [(value,) * len(rows) for value in defaults.values()]
        copy_columns(model, [*fields, *fields_of(model, defaults)], columns)
        return len(rows)
    saved = 0
    writers = [_written(field) for field in fields]
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        saved += insert_rows(model, names, list(_converted(rows[start : start + ROWS_A_STATEMENT], writers)))
    return saved


def copy_columns(model: type[Model], fields: "Sequence[Field[Any, Any]]", columns: Sequence[Sequence[Any]]) -> None:
    """COPY columns of values, in the order of `fields`, into the model's table. PostgreSQL only."""
    table, names = quoted_table(model), ", ".join(map(quoted_column, fields))
    texts = [_copied(field, values) for field, values in zip(fields, columns, strict=True)]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for start in range(0, len(columns[0]), ROWS_A_PIECE):
            piece = zip(*(text[start : start + ROWS_A_PIECE] for text in texts), strict=True)
            copy.write("".join(["\t".join(row) + "\n" for row in piece]))


def _copied(field: "Field[Any, Any]", values: Sequence[Any]) -> Sequence[str]:
    """A column's values as COPY reads them; what it would read as a mark of its own is marked."""
    if isinstance(field, JSONField):
        values = _dumped(values)
    kinds = set(map(type, values))
    if kinds == {int}:
        return list(map(str, values))
    if kinds == {str} and not any(map("".join(values).__contains__, _MARKS)):
        return values
    texts = {value: _NULL if value is None else str(value).translate(_MARKED) for value in set(values)}
    return [texts[value] for value in values]


def _dumped(values: Sequence[Any]) -> Sequence[str | None]:
    """As JSON; an object that stands in many rows once."""
    dump = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` would make one for each value
    objects = {id(value): value for value in values}
    texts = {key: None if value is None else dump(value) for key, value in objects.items()}
    return [texts[id(value)] for value in values]


def _converted(
    rows: Iterable[Sequence[object]], converters: "Sequence[Callable[[Any], object] | None]"
) -> Iterator[Sequence[object]]:
    """The rows with each value put through its column's converter."""
    needed = [(at, convert) for at, convert in enumerate(converters) if convert]
    if not needed:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for at, convert in needed:
            if values[at] is not None:
                values[at] = convert(values[at])
        yield values


def _written(field: "Field[Any, Any]") -> Callable[[Any], object] | None:
    """What makes a value of this field JSON in the shape in which the database keeps it; None where it is."""
    if isinstance(field, DateTimeField):
        return instant
    if isinstance(field, DateField | DecimalField):
        return str
    return _uuid if isinstance(_plain(field), UUIDField) else None


def _is_stamp(field: "Field[Any, Any]") -> bool:
    return bool(getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False))


@lru_cache(maxsize=4096)
def instant(moment: datetime | None) -> str | None:
    """SQLite compares instants as text, so they must be written as Django writes them."""
    return None if moment is None else str(connection.ops.adapt_datetimefield_value(moment))


def _uuid(value: UUID) -> str:
    return value.hex if connection.vendor == "sqlite" else str(value)


def update_objects(objects: Iterable[Model], names: list[str]) -> int:
    """Write these fields of saved objects of one model; return the count.

    Several times as fast as `bulk_update`, which builds a CASE of every field and row. Values must be valid, as for
    `insert_objects`.
    """
    objects = list(objects)
    if not objects:
        return 0
    model = type(objects[0])
    fields = [model._meta.pk, *fields_of(model, names)]
    read, writers = attrgetter(*(field.attname for field in fields)), [_written(field) for field in fields]
    saved = 0
    for start in range(0, len(objects), ROWS_A_STATEMENT):
        rows = map(read, objects[start : start + ROWS_A_STATEMENT])
        saved += update_rows(model, names, list(_converted(rows, writers)))
    return saved


def analyze_table(model: type[Model]) -> None:
    """ANALYZE after a bulk load; the planner still assumes an empty table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {quoted_table(model)}")


def _element(number: int, field: "Field[Any, Any]") -> str:
    if connection.vendor == "sqlite":
        return f"json_extract(item.value, '$[{number}]')"
    return f"(item.value ->> {number})::{_plain(field).rel_db_type(connection)}"
