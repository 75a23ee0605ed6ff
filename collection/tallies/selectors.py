"""How many people stood where at an instant, from the tallies alone."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from collection.tallies.models import DayTally, InstantTally
from subsidies.campaigns.models import Campaign

#: A figure of a tally and an instant: what had happened before it.
Figure = tuple[str, datetime]


def people_at(
    *, campaign: Campaign, figures: Mapping[str, Figure], where: Q | None = None
) -> dict[str, dict[str, int]]:
    """Village code as recorded → name → people, for each of the named figures. One statement.

    The days that were over by an instant, and of its own day what was dated before it.
    """
    days = {at: timezone.localtime(at).date() for _, at in figures.values()}
    mornings = {at: timezone.make_aware(datetime.combine(day, time())) for at, day in days.items()}
    parts = {at: Q(at__gte=mornings[at], at__lt=at) for at in days if mornings[at] < at}
    whole = DayTally.objects.filter(where or Q(), campaign=campaign, day__lt=max(days.values()))
    rows = whole.values("village_id").annotate(
        **{f"n_{name}": Sum(figure, filter=Q(day__lt=days[at])) for name, (figure, at) in figures.items()}
    )
    rows = rows.order_by()
    if parts:
        some = Q()
        for part in parts.values():
            some |= part
        begun = InstantTally.objects.filter(where or Q(), some, campaign=campaign).values("village_id")
        never = Q(pk__in=[])
        begun = begun.annotate(
            **{f"n_{name}": Sum(figure, filter=parts.get(at, never)) for name, (figure, at) in figures.items()}
        )
        rows = rows.union(begun.order_by(), all=True)
    people: dict[str, dict[str, int]] = {}
    counted: Iterable[Mapping[str, Any]] = rows
    for row in counted:
        sums = people.setdefault(row["village_id"], dict.fromkeys(figures, 0))
        for name in figures:
            sums[name] += row[f"n_{name}"] or 0
    return people
