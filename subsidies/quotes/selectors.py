"""What residents on the register owe: what decides is looked up for all together; people alike are quoted once."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max, Q, QuerySet

from core.database.bulk import BULK, chunks
from residents.people.models import InsuredYear, RepaidYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.claims.models import Claim, ClaimList
from subsidies.quotes.alike import Quoter
from subsidies.quotes.awards import Award, large_illness, zero_claim_years
from subsidies.quotes.parents import insured_parents
from subsidies.quotes.quote import Quote, QuoteError, Recognition
from subsidies.rosters.models import Identity

#: Residents by their ids, or as a query for them.
Ids = Iterable[int] | QuerySet[Any, Any]


def quote_residents(
    *,
    campaign: Campaign,
    residents: Iterable[Resident],
    paid_on: datetime.date | Mapping[int, datetime.date],
    taking_payment: bool = True,
    among: QuerySet[Resident] | None = None,
) -> dict[int, Quote | QuoteError]:
    """Return resident id → the quote, or why there is none. `paid_on`: one day for all, or a day by resident id.

    Three queries for every 10,000 residents, and one more where a child's parents decide. `among`: residents of whom
    all of these are some (a village); naming them so spares the statements thousands of numbers.
    """
    quoter = Quoter(campaign.policy, taking_payment=taking_payment)
    answers: dict[int, Quote | QuoteError] = {}
    for chunk in chunks(residents, BULK):
        ids = [resident.pk for resident in chunk] if among is None else among.order_by().values("pk")
        identities, years = recognised_identities(ids), last_insured_years(ids, before=campaign.year)
        repaid = count_repaid(repaid_years(ids), years)
        parents = insured_parents(campaign=campaign, births={person.pk: person.birth_date for person in chunk})
        for resident in chunk:
            answers[resident.pk] = quoter.answer(
                birth_date=resident.birth_date,
                paid_on=paid_on if isinstance(paid_on, datetime.date) else paid_on[resident.pk],
                identities=[Recognition(*identity) for identity in identities[resident.pk]],
                last_insured=years.get(resident.pk),
                repaid_years=repaid.get(resident.pk, 0),
                parent_insured=parents.get(resident.pk),
            )
    return answers


def recognised_identities(
    resident_ids: Ids, *, on: datetime.date | None = None
) -> dict[int, list[tuple[str, datetime.date, datetime.date | None]]]:
    """Return resident id → (kind, recognised on, ended on) of what was not withdrawn, nor ended by the day `on`."""
    rows = Identity.objects.filter(resident_id__in=_listed(resident_ids), withdrawn_at__isnull=True)
    if on is not None:
        rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    found: dict[int, list[tuple[str, datetime.date, datetime.date | None]]] = defaultdict(list)
    facts = rows.order_by("pk").values_list("resident_id", "kind", "recognised_on", "ended_on")
    for resident, kind, recognised_on, ended_on in facts:
        found[resident].append((kind, recognised_on, ended_on))
    return found


def last_insured_years(resident_ids: Ids, *, before: int) -> dict[int, int]:
    """Return resident id → the last year insured before the year `before`, of those who were."""
    rows = InsuredYear.objects.filter(resident_id__in=_listed(resident_ids), year__lt=before).order_by()
    return dict(rows.values_list("resident_id").annotate(last=Max("year")))


def repaid_years(resident_ids: Ids) -> dict[int, list[int]]:
    """Return resident id → the years without cover that were paid back."""
    found = defaultdict(list)
    rows = RepaidYear.objects.filter(resident_id__in=_listed(resident_ids)).order_by("year")
    for resident, year in rows.values_list("resident_id", "year"):
        found[resident].append(year)
    return found


def _listed(resident_ids: Ids) -> Any:
    """(Django looks at each member of a list, not of a set.)"""
    return resident_ids if isinstance(resident_ids, QuerySet) else set(resident_ids)


def count_repaid(repaid: Mapping[int, list[int]], last_insured: Mapping[int, int]) -> dict[int, int]:
    """Count the years paid back of the present gap: those after the last year insured."""
    return {resident: sum(year > last_insured.get(resident, 0) for year in years) for resident, years in repaid.items()}


def insured_years(resident_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return resident id → the years insured, as the register knows them."""
    found = defaultdict(list)
    rows = InsuredYear.objects.filter(resident_id__in=list(resident_ids))
    for resident, year in rows.values_list("resident_id", "year"):
        found[resident].append(year)
    return found


def awards_of(*, campaign: Campaign, resident_ids: Iterable[int]) -> dict[int, Award]:
    """Return resident id → the large-illness incentives of the campaign's year, of those whose years are known.

    Three statements; none where the county's notice knows no incentives.
    """
    ids, policy = list(resident_ids), campaign.policy
    if policy.benefits.large_illness is None:
        return {}
    listed = listed_years(campaign.county_id)
    claims = claimed_years(ids)
    found: dict[int, Award] = {}
    for resident, years in insured_years(ids).items():
        mine = claims.get(resident, {})
        award = large_illness(
            policy,
            insured_years=years,
            zero_claim_years=zero_claim_years(insured=years, listed=listed, claimed=mine),
            award_used_in=max((year for year, used in mine.items() if used and year < policy.year), default=None),
        )
        assert award is not None  # noqa: S101 - the rule was asked for above
        found[resident] = award
    return found


def claimed_years(resident_ids: Iterable[int]) -> dict[int, dict[int, bool]]:
    """Return resident id → the years the fund paid for them, each with whether the raised cap was drawn on."""
    rows = Claim.objects.filter(resident_id__in=list(resident_ids), claim_list__state=ClaimList.State.APPLIED)
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for resident, year, used in rows.values_list("resident_id", "year", "raised_used"):
        found[resident][year] = found[resident].get(year, False) or used > 0
    return found


def listed_years(county: str) -> list[int]:
    """The years whose claims are known whole: a complete list of them is in force."""
    rows = ClaimList.objects.filter(county=county, complete=True, state=ClaimList.State.APPLIED)
    return sorted(set(rows.values_list("year", flat=True)))
