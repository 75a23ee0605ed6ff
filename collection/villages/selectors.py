"""How one village stands: its task, who has paid, who has not."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from collection.cash.selectors import clock_context
from collection.newborns.selectors import countdown
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Overview:
    """People. `task` is None where none was set; `free` are enrolled without payment and count as paid."""

    task: int | None
    residents: int
    unpaid: int
    free: int
    self_paid: int
    posted: int
    failed: int

    @property
    def paid(self) -> int:
        return self.residents - self.unpaid

    @property
    def to_task(self) -> int:
        """How many are still missing to the task; 0 once it is reached."""
        return max((self.task or 0) - self.paid, 0)


def overview(*, campaign: Campaign, village: str) -> Overview:
    """One statement, in SQL's own words: the page every helper opens, on a phone, many times a day."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"campaign": campaign.pk, "year": campaign.year, "village": village})
        return Overview(*cursor.fetchone())


# Nearly everybody's payment is recorded in their own village, which is read at once; only for the others one looks
# whether somebody has paid for them elsewhere.
_FIGURES = """
WITH person AS (
    SELECT id FROM residents_resident WHERE village_id = %(village)s AND status = 'active'
), payment AS (
    SELECT resident_id, channel, state, posted_at FROM collection_contribution
    WHERE campaign_id = %(campaign)s AND village_id = %(village)s AND ended_at IS NULL
), missing AS (
    SELECT id FROM person WHERE id NOT IN (SELECT resident_id FROM payment)
)
SELECT
    (SELECT people FROM subsidies_target WHERE campaign_id = %(campaign)s AND region_id = %(village)s),
    (SELECT count(*) FROM person),
    (SELECT count(*) FROM missing) - (
        SELECT count(*) FROM collection_contribution
        WHERE resident_id IN (SELECT id FROM missing) AND year = %(year)s AND ended_at IS NULL
    ),
    count(*) FILTER (WHERE channel = 'free'),
    count(*) FILTER (WHERE channel IN ('self', 'family')),
    count(posted_at),
    count(*) FILTER (WHERE state = 'failed')
FROM payment
"""


def village_context(campaign: Campaign, region: Region) -> dict[str, Any]:
    """What templates/collection/village_figures.html needs."""
    figures = overview(campaign=campaign, village=region.pk)
    newborns = countdown(campaign=campaign, region=region.pk) if campaign.is_open else None
    context = {"overview": figures, "region": region, "campaign": campaign, "newborns": newborns}
    return {**context, **clock_context(campaign, region)}
