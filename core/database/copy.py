"""A frame into a table at once: COPY on PostgreSQL, as other values elsewhere."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Model

from core.database.bulk import fields_of, insert_values, quoted_column, quoted_table

if TYPE_CHECKING:
    import polars as pl


def load_frame(model: type[Model], frame: "pl.DataFrame", constants: Mapping[str, int | str | bool]) -> None:
    """Insert the rows of a frame, its columns named as the model's fields and without nulls, in the caller's
    transaction. `constants` are the values of further fields, the same for every row."""
    import polars as pl

    whole = frame.with_columns(pl.lit(value).alias(name) for name, value in constants.items())
    if connection.vendor != "postgresql":
        insert_values(model, whole.columns, whole.rows())
        return
    table, quoted = quoted_table(model), ", ".join(map(quoted_column, fields_of(model, whole.columns)))
    lines = io.BytesIO()
    whole.write_csv(lines, include_header=False, quote_style="always")
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({quoted}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(lines.getbuffer())
