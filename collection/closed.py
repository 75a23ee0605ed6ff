"""A closed campaign takes no more money: the database itself refuses new rows of it, on both engines.

The services refuse first and say what to do (collection/services/close.py); this is for whatever does not go through
them. Once a statement on PostgreSQL, row by row on SQLite, which knows nothing else.

On SQLite Django alters a table by making it anew. A later migration that alters one of these tables drops its trigger
with the old one and has to ask for it again; one that alters subsidies_campaign is refused by SQLite ("error in
trigger …_closed") until it lifts the triggers (`removal`) before and puts them back after. The tests meet both.
"""

from django.db import migrations

from residents.triggers import guard

_POSTGRES_FUNCTION = """
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
END $$ LANGUAGE plpgsql;
"""


def statements(vendor: str, table: str) -> list[str]:
    """The statements that close a table to rows of closed campaigns; safe to repeat."""
    if vendor == "postgresql":
        return [
            _POSTGRES_FUNCTION,
            *removal(vendor, table),
            f"CREATE TRIGGER {table}_closed AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_campaign()",
        ]
    return [
        *removal(vendor, table),
        # The table's name is the migration's own.
        f"CREATE TRIGGER {table}_closed BEFORE INSERT ON {table} WHEN EXISTS "  # noqa: S608
        "(SELECT 1 FROM subsidies_campaign WHERE id = NEW.campaign_id AND closed_at IS NOT NULL) "
        f"BEGIN SELECT RAISE(ABORT, '征缴年度已办结，不能再写入 {table}'); END",
    ]


def removal(vendor: str, table: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {table}_closed" + (f" ON {table}" if vendor == "postgresql" else "")]


def close_to_closed(table: str) -> migrations.RunPython:
    """The migration operation that makes a table refuse new rows of a closed campaign."""
    return guard(table, statements=statements, removal=removal)
