"""The tallies of a village follow its contributions in the statement that writes them, whoever writes it.

A contribution counts as collected from `recorded_at` and as posted from `posted_at`, until `ended_at`: each of these
instants moves the figures of its village by one. Once a statement on PostgreSQL, row by row on SQLite, which knows
nothing else. What is there already is counted here. A day is one of the county's clock, eight hours before UTC.

On SQLite Django alters a table by making it anew. A later migration that alters collection_contribution has to create
these triggers again (tests/collection/tallies notices).

The statements stand here in full, so that this migration does tomorrow what it did on the day it was written.
"""

from django.db import migrations

TABLE = "collection_contribution"
COLUMNS = "campaign_id, village_id, channel, recorded_at, posted_at, ended_at"
VERBS = ("insert", "update", "delete")

INTO = "INSERT INTO collection_{table} (campaign_id, village_id, {time}, collected, posted, self_paid, collective)"
OR_ADD = "ON CONFLICT (campaign_id, {key}) DO UPDATE SET " + ", ".join(
    f"{name} = collection_{{table}}.{name} + excluded.{name}"
    for name in ("collected", "posted", "self_paid", "collective")
)
INTO_INSTANTS = INTO.format(table="instanttally", time="at")
INTO_DAYS = INTO.format(table="daytally", time="day")
OR_ADD_INSTANT = OR_ADD.format(table="instanttally", key="at, village_id")
OR_ADD_DAY = OR_ADD.format(table="daytally", key="village_id, day")

# --- PostgreSQL: the statement's rows at once -----------------------------------------------------------------------
CHANGED = {
    "insert": f"SELECT {COLUMNS}, count(*) AS n FROM fresh GROUP BY {COLUMNS}",
    "delete": f"SELECT {COLUMNS}, -count(*) AS n FROM gone GROUP BY {COLUMNS}",
    "update": f"SELECT {COLUMNS}, sum(n) AS n FROM (SELECT {COLUMNS}, 1 AS n FROM fresh UNION ALL "
    f"SELECT {COLUMNS}, -1 FROM gone) AS both_ways GROUP BY {COLUMNS} HAVING sum(n) <> 0",
}
REFERENCING = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS gone",
    "update": "NEW TABLE AS fresh OLD TABLE AS gone",
}
COUNT_CHANGED = f"""
WITH changed AS ({{changed}}),
moved AS (
  SELECT campaign_id, village_id, at, sum(n * step) FILTER (WHERE figure = 'c') AS collected,
    sum(n * step) FILTER (WHERE figure = 'p') AS posted,
    sum(n * step) FILTER (WHERE figure = 'c' AND channel IN ('self', 'family')) AS self_paid,
    sum(n * step) FILTER (WHERE figure = 'c' AND channel = 'collective') AS collective
  FROM changed CROSS JOIN LATERAL (VALUES
    (recorded_at, 'c', 1),
    (posted_at, 'p', 1),
    (CASE WHEN ended_at IS NOT NULL THEN greatest(ended_at, recorded_at) END, 'c', -1),
    (CASE WHEN ended_at IS NOT NULL AND posted_at IS NOT NULL THEN greatest(ended_at, posted_at) END, 'p', -1)
  ) AS turn (at, figure, step)
  WHERE at IS NOT NULL GROUP BY campaign_id, village_id, at
),
instants AS (
  {INTO_INSTANTS}
  SELECT campaign_id, village_id, at, coalesce(collected, 0), coalesce(posted, 0), coalesce(self_paid, 0),
    coalesce(collective, 0)
  FROM moved ORDER BY campaign_id, village_id, at {OR_ADD_INSTANT}
)
{INTO_DAYS}
SELECT campaign_id, village_id, CAST(at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, coalesce(sum(collected), 0),
  coalesce(sum(posted), 0), coalesce(sum(self_paid), 0), coalesce(sum(collective), 0)
FROM moved GROUP BY campaign_id, village_id, day ORDER BY campaign_id, village_id, day {OR_ADD_DAY}
"""


def guard_postgres(execute):
    for verb in VERBS:
        body = COUNT_CHANGED.format(changed=CHANGED[verb])
        execute(
            f"CREATE FUNCTION tally_contributions_{verb}() RETURNS trigger AS $$ "
            f"BEGIN {body}; RETURN NULL; END $$ LANGUAGE plpgsql"
        )
        execute(
            f"CREATE TRIGGER {TABLE}_tally_{verb} AFTER {verb.upper()} ON {TABLE} REFERENCING {REFERENCING[verb]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION tally_contributions_{verb}()"
        )
    # Whoever writes meanwhile waits for the lock that the triggers' making has taken.
    execute(COUNT_CHANGED.format(changed=CHANGED["insert"].replace("FROM fresh", f"FROM {TABLE}")))


# --- SQLite: row by row ---------------------------------------------------------------------------------------------
def counted(row, sign, where=""):
    """The two statements that count a row's instants, forth (1) or back (-1).

    max() of two is empty where one of them is; date() would round the last microseconds of a day up to the next one.
    """
    turns = " UNION ALL ".join(
        f"SELECT {row}.campaign_id, {row}.village_id, {row}.channel, {at} AS at, {sign * collected} AS collected, "
        f"{sign * posted} AS posted{where}"
        for at, collected, posted in (
            (f"{row}.recorded_at", 1, 0),
            (f"{row}.posted_at", 0, 1),
            (f"max({row}.ended_at, {row}.recorded_at)", -1, 0),
            (f"max({row}.ended_at, {row}.posted_at)", 0, -1),
        )
    )
    for into, time, ending in (
        (INTO_INSTANTS, "at", OR_ADD_INSTANT),
        (INTO_DAYS, "date(substr(at, 1, 19), '+8 hours')", OR_ADD_DAY),
    ):
        yield (
            f"{into} SELECT campaign_id, village_id, {time}, collected, posted, "
            "CASE WHEN channel IN ('self', 'family') THEN collected ELSE 0 END, "
            f"CASE WHEN channel = 'collective' THEN collected ELSE 0 END FROM ({turns}) WHERE at IS NOT NULL {ending}"
        )


def guard_sqlite(execute):
    names = COLUMNS.split(", ")
    differs = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names)
    back, forth = [*counted("OLD", -1)], [*counted("NEW", 1)]
    for verb, condition, statements in (
        ("insert", "", forth),
        ("update", f" OF {COLUMNS}", back + forth),
        ("delete", "", back),
    ):
        when = f" WHEN {differs}" if verb == "update" else ""
        execute(
            f"CREATE TRIGGER {TABLE}_tally_{verb} AFTER {verb.upper()}{condition} ON {TABLE}{when} "
            f"BEGIN {'; '.join(statements)}; END"
        )
    for statement in counted("row", 1, where=f" FROM {TABLE} AS row"):
        execute(statement)


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    (guard_postgres if vendor == "postgresql" else guard_sqlite)(lambda sql: schema_editor.execute(sql, params=None))


def unguard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for verb in VERBS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_tally_{verb}" + (f" ON {TABLE}" if postgres else ""))
        if postgres:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS tally_contributions_{verb}()")


class Migration(migrations.Migration):
    dependencies = [("collection", "0028_tallies")]
    operations = [migrations.RunPython(guard, unguard)]
