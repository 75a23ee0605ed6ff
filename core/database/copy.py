"""Many rows into a table at once: COPY on PostgreSQL, many-row INSERTs elsewhere."""

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Model

from core.database.bulk import copy_rows, fields_of, quoted_column

if TYPE_CHECKING:
    import polars as pl


def load_rows(model: type[Model], fields: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows given as tuples of database values in the order of `fields`, in the caller's transaction."""
    if connection.vendor == "postgresql":
        copy_rows(model, fields_of(model, fields), rows)
    else:
        table, quoted = _target(model, fields)
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(fields))
            # Table and columns come from the model; values go as parameters.
            cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", list(rows))  # noqa: S608


def load_frame(model: type[Model], frame: "pl.DataFrame", constants: Mapping[str, int | str | bool]) -> None:
    """Insert the rows of a frame, its columns named as the model's fields and without nulls, in the caller's
    transaction. `constants` are the values of further fields, the same for every row."""
    import polars as pl

    whole = frame.with_columns(pl.lit(value).alias(name) for name, value in constants.items())
    if connection.vendor != "postgresql":
        return load_rows(model, tuple(whole.columns), whole.iter_rows())
    table, quoted = _target(model, whole.columns)
    lines = io.BytesIO()
    whole.write_csv(lines, include_header=False, quote_style="always")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(lines.getbuffer())
    return None


def _target(model: type[Model], fields: Iterable[str]) -> tuple[str, str]:
    """The table and the columns of these fields, as they stand in a statement."""
    return connection.ops.quote_name(model._meta.db_table), ", ".join(map(quoted_column, fields_of(model, fields)))
