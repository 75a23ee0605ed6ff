"""Many rows into a table at once: COPY on PostgreSQL, many-row INSERTs elsewhere."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model


def load_rows(model: type[Model], fields: tuple[str, ...], rows: Iterable[tuple]) -> None:
    """Insert rows given as tuples of database values in the order of `fields`, in the caller's transaction."""
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
