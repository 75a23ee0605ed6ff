"""A closed campaign takes no more money: the database itself refuses new rows of it, on both engines.

The services refuse first and say what to do; this is for whatever does not go through them. Once a statement on
PostgreSQL, row by row on SQLite, which knows nothing else.

On SQLite Django alters a table by making it anew. A later migration that alters one of these tables has to create its
trigger again; one that alters subsidies_campaign must drop these triggers before and create them again after.

The statements stand here in full, so that this migration does tomorrow what it did on the day it was written.
"""

from django.db import migrations

TABLES = ("collection_movement", "collection_contribution", "collection_deposit")

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_closed_campaign() RETURNS trigger AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM subsidies_campaign campaign
    WHERE campaign.closed_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM fresh WHERE fresh.campaign_id = campaign.id)
  ) THEN
    RAISE EXCEPTION '征缴年度已办结，不能再写入 %', TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql
"""


def guard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    if postgres:
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_closed AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_campaign()"
            if postgres
            else f"CREATE TRIGGER {table}_closed BEFORE INSERT ON {table} WHEN EXISTS "
            "(SELECT 1 FROM subsidies_campaign WHERE id = NEW.campaign_id AND closed_at IS NOT NULL) "
            f"BEGIN SELECT RAISE(ABORT, '征缴年度已办结，不能再写入 {table}'); END"
        )


def unguard(apps, schema_editor):
    for table in TABLES:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_closed{on}")


class Migration(migrations.Migration):
    dependencies = [("collection", "0002_append_only"), ("subsidies", "0002_append_only")]
    operations = [migrations.RunPython(guard, unguard)]
