"""Load a table that was empty: indexes and references made afterwards, all at once, cost a fraction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

#: Unique constraints and references, with the statements that make them again; checks and the primary key stay.
_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('u', 'f') ORDER BY contype DESC, conname
"""
_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('u', 'x'))
ORDER BY c.relname
"""


def is_first_load(*models: type[Model]) -> bool:
    """Whether these tables are empty on an engine whose indexes can be made within the same transaction."""
    return connection.vendor == "postgresql" and not any(model._default_manager.exists() for model in models)


@contextmanager
def without_indexes(*models: type[Model]) -> Iterator[None]:
    """Load the rows of empty tables first, then make their indexes and check their references. PostgreSQL only.

    Call inside a transaction, before writing to these tables: nobody else reads or writes them until it ends, and what
    fails undoes everything. A row that breaks a constraint is told of when the constraint is made (IntegrityError).
    """
    again: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks outstanding cannot be altered
        for model in models:
            again += _drop(cursor, connection.ops.quote_name(model._meta.db_table))
    yield
    with connection.cursor() as cursor:
        for statement in again:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _drop(cursor: CursorWrapper, table: str) -> list[str]:
    """Drop what a table can do without for a while; return the statements that make it again."""
    quote = connection.ops.quote_name
    cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(_CONSTRAINTS, [table])
    constraints = cursor.fetchall()
    cursor.execute(_INDEXES, [table])
    indexes = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {quote(name)}")
    made = [f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}" for name, definition in constraints]
    return [definition for _, definition in indexes] + made
