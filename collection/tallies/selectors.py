"""How many people stood where at an instant, from the tallies alone."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone

from collection.tallies import sql
from subsidies.campaigns.models import Campaign

#: A figure of a tally and an instant: what had happened before it.
Figure = tuple[str, datetime]


def people_at(
    *, campaign: Campaign, figures: Mapping[str, Figure], where: Q | None = None
) -> dict[str, dict[str, int]]:
    """Village code as recorded → name → people, for each of the named figures. One statement.

    The days that were over by an instant, and of its own day what was dated before it. What is asked twice under two
    names is counted once.
    """
    asked = list(dict.fromkeys(figures.values()))
    days = [timezone.localtime(at).date() for _, at in asked]
    mornings = [timezone.make_aware(datetime.combine(day, time())) for day in days]
    rows = sql.sums(
        campaign.pk,
        [(name, day) for (name, _), day in zip(asked, days, strict=True)],
        [(morning, at) if morning < at else None for (_, at), morning in zip(asked, mornings, strict=True)],
        where,
    )
    places = {name: asked.index(figure) for name, figure in figures.items()}
    people: dict[str, dict[str, int]] = {}
    for village, *sums in rows:
        counted = people.setdefault(village, dict.fromkeys(figures, 0))
        for name, place in places.items():
            counted[name] += sums[place] or 0
    return people
