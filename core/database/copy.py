"""Many rows into a table at once: COPY on PostgreSQL, many-row INSERTs elsewhere."""

from collections.abc import Iterable

from django.db import connection


def load_rows(model, fields: tuple[str, ...], rows: Iterable[tuple]) -> None:
    """Adds rows given as tuples of database values in the order of `fields`; within the caller's transaction."""
    columns = [model._meta.get_field(name).column for name in fields]
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            # Table and columns come from the model; values go as parameters.
            cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", list(rows))  # noqa: S608
