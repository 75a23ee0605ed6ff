"""Triggers that guard a table, put up and taken down by a migration."""

from collections.abc import Callable

from django.db import migrations


def guard(
    table: str, *, statements: Callable[[str, str], list[str]], removal: Callable[[str, str], list[str]]
) -> migrations.RunPython:
    """The migration operation that runs `statements(vendor, table)`, and `removal(vendor, table)` backwards."""

    def run(wanted):
        def execute(apps, schema_editor):
            for statement in wanted(schema_editor.connection.vendor, table):
                schema_editor.execute(statement, params=None)

        return execute

    return migrations.RunPython(run(statements), run(removal))
