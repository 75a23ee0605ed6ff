"""SQLite's INSERT OR REPLACE takes an append-only row away without firing the triggers that refuse to delete it.

So an insert that names the key of a row that is there is refused before it begins. PostgreSQL has no such statement.
"""

from django.db import migrations

#: The unique keys of each append-only table.
KEYS = {
    "employees_employeepayment": (("id",), ("county_id", "identity", "occurrence"), ("reverses_id",)),
}


def guard(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, keys in KEYS.items():
        same = " OR ".join(
            "EXISTS (SELECT 1 FROM {} WHERE {})".format(table, " AND ".join(f"{c} = NEW.{c}" for c in columns))
            for columns in keys
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {same} "
            f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table} is append-only'); END"
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in KEYS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_replace")


class Migration(migrations.Migration):
    dependencies = [("employees", "0002_append_only")]
    operations = [migrations.RunPython(guard, unguard)]
