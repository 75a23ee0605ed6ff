"""Who has earned the large-illness incentives: the register counted by insured years and claims, each pattern once."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from core.access.scope import successor
from core.regions.models import Region
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.claims.models import Claim, ClaimList
from subsidies.quotes.awards import Award, large_illness, zero_claim_years
from subsidies.quotes.selectors import listed_years


@dataclass
class AwardCount:
    """People of one township: with cover on record, with each incentive, with either; and the highest raise."""

    township: Region
    insured: int = 0
    continuous: int = 0
    zero_claims: int = 0
    either: int = 0
    highest: Decimal = Decimal("0.00")

    def add(self, people: int, award: Award) -> None:
        self.insured += people
        self.continuous += people if award.continuous_steps else 0
        self.zero_claims += people if award.zero_claim_steps else 0
        self.either += people if award.continuous_steps or award.zero_claim_steps else 0
        self.highest = max(self.highest, award.raised)


# A year is a bit, counted from the first that matters; what lies before it changes no award.
_PATTERNS = """
    SELECT SUBSTR(r.village_id, 1, 9), y.years, COALESCE(c.years, 0), COALESCE(c.used, 0), COUNT(*)
    FROM (
        SELECT resident_id, SUM(1 << (year - %(first)s)) AS years FROM {insured}
        WHERE year >= %(first)s AND year < %(year)s GROUP BY resident_id
    ) y
    JOIN {residents} r ON r.id = y.resident_id
    LEFT JOIN (
        SELECT k.resident_id, SUM(DISTINCT 1 << (k.year - %(first)s)) AS years,
            MAX(CASE WHEN k.raised_used > 0 THEN k.year ELSE 0 END) AS used
        FROM {claims} k JOIN {lists} l ON l.id = k.claim_list_id AND l.state = %(applied)s
        WHERE k.year >= %(first)s AND k.year < %(year)s GROUP BY k.resident_id
    ) c ON c.resident_id = r.id
    WHERE r.status = %(active)s AND r.village_id >= %(county)s AND r.village_id < %(after)s
    GROUP BY 1, 2, 3, 4
"""


def count_awards(campaign: Campaign) -> list[AwardCount]:
    """Count the county's active people by township; three statements. Nothing where the notice knows no incentives."""
    policy = campaign.policy
    if (rule := policy.benefits.large_illness) is None:
        return []
    townships = Region.objects.filter(parent=campaign.county_id, replaced_by=None).order_by("code")
    counts = {township.pk: AwardCount(township) for township in townships}
    listed, first = listed_years(campaign.county_id), rule.since_year - rule.continuous_years
    answers: dict[tuple[int, int, int], Award] = {}
    for township, years, claimed, used, people in _patterns(campaign, first):
        if (key := (years, claimed, used)) not in answers:
            insured = _years(years, first)
            zero = zero_claim_years(insured=insured, listed=listed, claimed=_years(claimed, first))
            answer = large_illness(policy, insured_years=insured, zero_claim_years=zero, award_used_in=used or None)
            assert answer is not None  # noqa: S101 - the rule was asked for above
            answers[key] = answer
        if township in counts:
            counts[township].add(people, answers[key])
    return list(counts.values())


def _patterns(campaign: Campaign, first: int) -> list[tuple[str, int, int, int, int]]:
    tables = {"insured": InsuredYear, "residents": Resident, "claims": Claim, "lists": ClaimList}
    named = {key: connection.ops.quote_name(model._meta.db_table) for key, model in tables.items()}
    asked: dict[str, int | str] = {
        "first": first,
        "year": campaign.year,
        "applied": ClaimList.State.APPLIED.value,
        "active": Resident.Status.ACTIVE.value,
        "county": campaign.county_id,
        "after": successor(campaign.county_id),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PATTERNS.format(**named), asked)
        return [(town, int(years), int(claimed), int(used), people) for town, years, claimed, used, people in cursor]


def _years(bits: int, first: int) -> list[int]:
    return [first + shift for shift in range(bits.bit_length()) if bits >> shift & 1]


def claims_shown(resident: Resident) -> list[Claim]:
    """The claims in force of one person, the newest year first."""
    rows = Claim.objects.filter(resident=resident, claim_list__state=ClaimList.State.APPLIED)
    return list(rows.select_related("claim_list").order_by("-year", "pk"))
