"""What residents on the register owe: identities and insured years looked up together, then quoted one by one."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from core.database.bulk import CHUNK
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError, Recognition, quote
from subsidies.rosters.models import Identity


def quote_residents(
    *,
    campaign: Campaign,
    residents: Iterable[Resident],
    paid_on: datetime.date | Mapping[int, datetime.date],
    taking_payment: bool = True,
    parent_insured: Mapping[int, bool] | None = None,
) -> dict[int, Quote | QuoteError]:
    """Return resident id → the quote, or why there is none. `paid_on`: one day for all, or a day by resident id.

    `parent_insured`: resident id → whether father or mother is insured, where that is known.
    Two queries for every 2,000 residents.
    """
    residents, rules, answers = list(residents), campaign.policy, {}
    for start in range(0, len(residents), CHUNK):
        chunk = residents[start : start + CHUNK]
        ids = [resident.pk for resident in chunk]
        identities, years = recognised_identities(ids), insured_years(ids)
        for resident in chunk:
            day = paid_on if isinstance(paid_on, datetime.date) else paid_on[resident.pk]
            held = [Recognition(*identity) for identity in identities[resident.pk]]
            known = [year for year in years[resident.pk] if resident.birth_date.year <= year < rules.year]
            try:
                answers[resident.pk] = quote(
                    rules,
                    birth_date=resident.birth_date,
                    paid_on=day,
                    identities=held,
                    insured_years=known,
                    parent_insured=(parent_insured or {}).get(resident.pk),
                    taking_payment=taking_payment,
                )
            except QuoteError as error:
                answers[resident.pk] = error
    return answers


def recognised_identities(
    resident_ids: Iterable[int], *, on: datetime.date | None = None
) -> dict[int, list[tuple[str, datetime.date, datetime.date | None]]]:
    """Return resident id → (kind, recognised on, ended on) of what was not withdrawn, nor ended by the day `on`."""
    rows = Identity.objects.filter(resident_id__in=list(resident_ids), withdrawn_at__isnull=True)
    if on is not None:
        rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    found = defaultdict(list)
    for resident, *identity in rows.order_by("pk").values_list("resident_id", "kind", "recognised_on", "ended_on"):
        found[resident].append(tuple(identity))
    return found


def insured_years(resident_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return resident id → the years insured, as the register knows them."""
    found = defaultdict(list)
    rows = InsuredYear.objects.filter(resident_id__in=list(resident_ids))
    for resident, year in rows.values_list("resident_id", "year"):
        found[resident].append(year)
    return found
