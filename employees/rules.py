"""Which policy decides about employees' insurance in a county and a month."""

from datetime import date

from subsidies.campaigns.models import Campaign
from subsidies.policy import policies
from subsidies.policy.policies import Policy


def policy_for(*, county: str, month: date) -> Policy | None:
    """The policy of the month's year, else the newest before it, else the first after it.

    None where no policy of the county speaks of employees' insurance.
    """
    campaigns = Campaign.objects.filter(county_id=county).select_related("policy_version").order_by("year")
    found = {c.year: c.policy for c in campaigns if c.policy.employees}
    if not found:
        return None
    before = [year for year in found if year <= month.year]
    return found[max(before)] if before else found[min(found)]


def has_employees(county: str) -> bool:
    """Whether the county runs employees' insurance here: a campaign's policy has `[employees]`.

    The policy files are asked first: pages of the other counties cost no statement.
    """
    return is_on_file(county) and policy_for(county=county, month=date.max) is not None


def is_on_file(county: str) -> bool:
    """Whether a policy file of the county speaks of it."""
    return any(policies.load(p).employees for p in policies.available() if p.startswith(f"{county}-"))
