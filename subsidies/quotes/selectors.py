"""What residents on the register owe: their marks and insured years looked up together, then quoted one by one."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from core.database.bulk import CHUNK
from residents.people.models import InsuredYear, Resident
from subsidies import models
from subsidies.quotes.quote import Identity, Quote, QuoteError, quote


def quote_residents(
    *,
    campaign: models.Campaign,
    residents: Iterable[Resident],
    paid_on: datetime.date | Mapping[int, datetime.date],
    taking_payment: bool = True,
) -> dict[int, Quote | QuoteError]:
    """Resident id → the quote, or why there is none. `paid_on`: one day for all, or a day by resident id.

    Two queries for every 2,000 residents.
    """
    residents, rules, answers = list(residents), campaign.policy, {}
    for start in range(0, len(residents), CHUNK):
        chunk = residents[start : start + CHUNK]
        ids = [resident.pk for resident in chunk]
        marks, years = live_marks(ids), insured_years(ids)
        for resident in chunk:
            day = paid_on if isinstance(paid_on, datetime.date) else paid_on[resident.pk]
            held = [Identity(kind, since) for kind, since, end in marks[resident.pk] if not end or end > day]
            known = [year for year in years[resident.pk] if resident.birth_date.year <= year < rules.year]
            try:
                answers[resident.pk] = quote(
                    rules,
                    birth_date=resident.birth_date,
                    paid_on=day,
                    identities=held,
                    insured_years=known,
                    taking_payment=taking_payment,
                )
            except QuoteError as error:
                answers[resident.pk] = error
    return answers


def live_marks(resident_ids: Iterable[int], *, on: datetime.date | None = None) -> dict[int, list[tuple]]:
    """Resident id → (kind, recognised on, ended on) of every mark not withdrawn; only those not ended, with `on`."""
    rows = models.Identity.objects.filter(resident_id__in=list(resident_ids), withdrawn_at__isnull=True)
    if on is not None:
        rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    found = defaultdict(list)
    for resident, *mark in rows.order_by("pk").values_list("resident_id", "kind", "recognised_on", "ended_on"):
        found[resident].append(tuple(mark))
    return found


def insured_years(resident_ids: Iterable[int]) -> dict[int, list[int]]:
    """Resident id → the years insured, as the register knows them."""
    found = defaultdict(list)
    rows = InsuredYear.objects.filter(resident_id__in=list(resident_ids))
    for resident, year in rows.values_list("resident_id", "year"):
        found[resident].append(year)
    return found
