"""How many rows each of several queries finds, in one statement."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Value


def count_all(rows: Sequence[QuerySet[Any, Any]]) -> list[int]:
    """Return the number of rows of each query, in their order; no statement where there is no query."""
    if not rows:
        return []
    first, *others = [_counting(place, query) for place, query in enumerate(rows)]
    counts = first.union(*others, all=True) if others else first
    found = {row["_place"]: row["_number"] for row in counts}
    return [found.get(place, 0) for place in range(len(rows))]


def _counting(place: int, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """One row: place, number."""
    placed = rows.order_by().values(_place=Value(place, output_field=IntegerField()))
    counted: QuerySet[Any, Any] = placed.annotate(_number=Count("pk", distinct=rows.query.distinct))
    return counted
