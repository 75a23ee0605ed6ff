"""The statements that add the tallies up, hold them against the contributions and make them anew; for both engines.

Nothing but the constants of this module and names of the models' fields is put into their texts.
"""

# ruff: noqa: S608

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from collection.tallies.models import DayTally, InstantTally, Tally

# (SQLite would round the last microseconds of a day up to the next one.)
_DAY = {
    "postgresql": "CAST(at AT TIME ZONE 'Asia/Shanghai' AS date)",
    "sqlite": "date(substr(at, 1, 19), '+8 hours')",
}
_FIGURES = "collected, posted, self_paid, collective"
_SUMS = ", ".join(f"SUM({name}) AS {name}" for name in _FIGURES.split(", "))
_DIFFERS = " OR ".join(f"SUM({name}) <> 0" for name in _FIGURES.split(", "))
_TAKEN_OFF = ", ".join(f"-{name}" for name in _FIGURES.split(", "))

# Alike contributions go as one: a ledger's have one instant.
_ALIKE = """
alike AS (
  SELECT village_id, recorded_at, posted_at, ended_at, COUNT(*) AS people,
    CASE WHEN channel IN ('self', 'family') THEN COUNT(*) ELSE 0 END AS self_paid,
    CASE WHEN channel = 'collective' THEN COUNT(*) ELSE 0 END AS collective
  FROM collection_contribution WHERE campaign_id = %(campaign)s
  GROUP BY village_id, channel, recorded_at, posted_at, ended_at
)
"""
# Nothing ends before it began: what a slow clock dated so is taken to have ended as it began.
_TURNS = """
turns AS (
  SELECT village_id, recorded_at AS at, people AS collected, 0 AS posted, self_paid, collective FROM alike
  UNION ALL SELECT village_id, posted_at, 0, people, 0, 0 FROM alike WHERE posted_at IS NOT NULL
  UNION ALL SELECT village_id, CASE WHEN ended_at > recorded_at THEN ended_at ELSE recorded_at END,
    -people, 0, -self_paid, -collective FROM alike WHERE ended_at IS NOT NULL
  UNION ALL SELECT village_id, CASE WHEN ended_at > posted_at THEN ended_at ELSE posted_at END, 0, -people, 0, 0
    FROM alike WHERE ended_at IS NOT NULL AND posted_at IS NOT NULL
)
"""
# Both the instants against the contributions and the days against the instants, by day of the county's clock.
_DIFFERENCES = f"""
WITH {_ALIKE}, {_TURNS},
instants AS (
  SELECT village_id, at, {_SUMS} FROM (
    SELECT village_id, at, {_FIGURES} FROM turns
    UNION ALL SELECT village_id, at, {_TAKEN_OFF} FROM collection_instanttally WHERE campaign_id = %(campaign)s
  ) AS both_ways GROUP BY village_id, at HAVING {_DIFFERS}
),
days AS (
  SELECT village_id, day, {_SUMS} FROM (
    SELECT village_id, {{day}} AS day, {_FIGURES} FROM collection_instanttally WHERE campaign_id = %(campaign)s
    UNION ALL SELECT village_id, day, {_TAKEN_OFF} FROM collection_daytally WHERE campaign_id = %(campaign)s
  ) AS both_ways GROUP BY village_id, day HAVING {_DIFFERS}
)
SELECT village_id, {{day}} AS day FROM instants UNION SELECT village_id, day FROM days ORDER BY village_id, day
"""
_COUNT_ANEW = (
    f"INSERT INTO collection_instanttally (campaign_id, village_id, at, {_FIGURES}) "
    f"WITH {_ALIKE}, {_TURNS} SELECT CAST(%(campaign)s AS bigint), village_id, at, {_SUMS} FROM turns "
    "GROUP BY village_id, at",
    f"INSERT INTO collection_daytally (campaign_id, village_id, day, {_FIGURES}) "
    f"SELECT campaign_id, village_id, {{day}}, {_SUMS} FROM collection_instanttally WHERE campaign_id = %(campaign)s "
    "GROUP BY campaign_id, village_id, 3",
)


def differing_days(campaign_id: int) -> list[tuple[str, str]]:
    """(village, ISO day) of every tally that is not what the contributions make it."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES.format(day=_DAY[connection.vendor]), {"campaign": campaign_id})
        return [(village, str(day)) for village, day in cursor.fetchall()]


def count_anew(campaign_id: int) -> None:
    """Fill the campaign's empty tallies from its contributions."""
    with connection.cursor() as cursor:
        for statement in _COUNT_ANEW:
            cursor.execute(statement.format(day=_DAY[connection.vendor]), {"campaign": campaign_id})


def sums(
    campaign_id: int,
    figures: Sequence[tuple[str, date]],
    parts: Sequence[tuple[datetime, datetime] | None],
    where: Q | None,
) -> list[tuple[Any, ...]]:
    """(village, sum of each figure), twice for a village that has both: over the days before the figure's day, and
    over the figure's part of its own day, where it has one.

    Written out, for Django needs longer to put this statement together than the database to answer it.
    """
    last = max(day for _, day in figures)
    columns = [f"SUM({name})" if day == last else f"SUM({name}) FILTER (WHERE day < %s)" for name, day in figures]
    statement, params = _part("collection_daytally", columns, "day < %s", DayTally, where)
    values: list[Any] = [day for _, day in figures if day != last]
    values += [campaign_id, last, *params]
    if distinct := [part for part in dict.fromkeys(parts) if part]:
        span = "(at >= %s AND at < %s)"
        columns = [
            f"SUM({name}) FILTER (WHERE {span})" if part else "NULL"
            for (name, _), part in zip(figures, parts, strict=True)
        ]
        spans = " OR ".join([span] * len(distinct))
        begun, params = _part("collection_instanttally", columns, f"({spans})", InstantTally, where)
        statement += f" UNION ALL {begun}"
        values += [_written(at) for part in parts if part for at in part]
        values += [campaign_id, *(_written(at) for part in distinct for at in part), *params]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _part(
    table: str, columns: list[str], condition: str, model: type[Tally], where: Q | None
) -> tuple[str, Sequence[object]]:
    inside, params = _inside(model, where)
    text = f"SELECT village_id, {', '.join(columns)} FROM {table} WHERE campaign_id = %s AND {condition}{inside}"
    return f"{text} GROUP BY village_id", params


def _written(at: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(at)


def _inside(model: type[Tally], where: Q | None) -> tuple[str, list[Any]]:
    """The condition as this table's SQL, with its parameters."""
    if where is None:
        return "", []
    query = model._default_manager.filter(where).query
    text, params = query.get_compiler(connection=connection).compile(query.where)
    return f" AND {text}", list(params)
